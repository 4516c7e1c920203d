// What a reviewer would otherwise have to say twice.
#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <string>
#include <vector>

#include "tests/house/source_tree_support.hpp"

namespace faultrig::house {
namespace {

constexpr std::size_t longest_line = 100;
constexpr std::size_t longest_file = 400;

bool is_core(const std::string& path) {
  return !path.starts_with("tests/") && !path.starts_with("bench/") && !path.starts_with("cli/") &&
         !path.starts_with("harness/live/") && !path.starts_with("targets/host/");
}

// Columns, not bytes: continuation bytes of UTF-8 take no room.
std::size_t columns(const std::string& line) {
  std::size_t count = 0;
  for (unsigned char c : line) count += (c & 0xC0) != 0x80;
  return count;
}

TEST(SourceRules, lines_and_files_keep_their_size) {
  for (const SourceFile& file : source_files()) {
    if (!file.path.starts_with("tests/")) {
      EXPECT_LE(file.lines.size(), longest_file) << file.path << " holds more than one idea";
    }
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      EXPECT_LE(columns(file.lines[i]), longest_line) << file.path << ":" << i + 1;
    }
  }
}

TEST(SourceRules, every_header_says_what_it_is) {
  for (const SourceFile& file : source_files()) {
    if (!file.is_header() || file.lines.empty()) continue;
    EXPECT_TRUE(file.lines.front().starts_with("// ")) << file.path << " opens without a comment";
    bool guarded = false;
    for (const std::string& line : file.lines) guarded = guarded || line == "#pragma once";
    EXPECT_TRUE(guarded) << file.path << " has no #pragma once";
  }
}

// Two types of one name in one namespace link without a word and crash at random (the one
// definition rule); the linker takes whichever constructor it meets first.
TEST(SourceRules, a_type_name_is_defined_once_a_namespace) {
  const std::regex opens(R"(^namespace (\S+) \{)");
  const std::regex defines(R"(^(?:struct|class|enum class|union) (\w+)[^;]*$)");
  std::map<std::string, std::string> defined_in;
  for (const SourceFile& file : source_files()) {
    // Each suite of tests is a program of its own.
    if (!file.is_header() || file.path.starts_with("tests/")) continue;
    std::string scope;
    for (const std::string& line : file.lines) {
      std::smatch match;
      if (std::regex_search(line, match, opens)) scope = match[1];
      if (!std::regex_search(line, match, defines)) continue;
      const std::string name = scope + "::" + match[1].str();
      const auto [at, is_new] = defined_in.try_emplace(name, file.path);
      EXPECT_TRUE(is_new) << name << " is defined in " << at->second << " and in " << file.path;
    }
  }
}

// Words that have no place in a line of code, and where they are allowed all the same.
struct Forbidden {
  std::string pattern;
  std::string why;
  bool (*applies)(const std::string& path);
};

TEST(SourceRules, the_core_is_deterministic_and_nothing_sleeps) {
  const std::vector<Forbidden> rules = {
      {R"(\b(system_clock|steady_clock|high_resolution_clock)\b)", "the core has no clock",
       is_core},
      {R"(\b(random_device|mt19937|srand|uniform_int_distribution)\b)",
       "chance comes from harness/random", is_core},
      {R"(\bsleep_for\s*\(|\busleep\s*\(|[^_.a-z]sleep\s*\()",
       "await a condition instead of sleeping",
       [](const std::string& path) {
         // The generator called sleep is a pause of the generator's, not of a thread.
         return !path.starts_with("tests/house/") && path.find("generator") == std::string::npos &&
                is_core(path);
       }},
      {R"(\b(TODO|FIXME|XXX)\b)", "finish it, or file an issue",
       [](const std::string& path) { return !path.starts_with("tests/house/"); }},
      {R"(\busing namespace std;)",
       "spell std::", [](const std::string& path) { return !path.starts_with("tests/house/"); }},
  };
  for (const SourceFile& file : source_files()) {
    for (const Forbidden& rule : rules) {
      if (!rule.applies(file.path)) continue;
      const std::regex pattern(rule.pattern);
      for (std::size_t i = 0; i < file.lines.size(); ++i) {
        const std::string code = file.lines[i].substr(0, file.lines[i].find("//"));
        EXPECT_FALSE(std::regex_search(code, pattern))
            << file.path << ":" << i + 1 << ": " << rule.why;
      }
    }
  }
}

}  // namespace
}  // namespace faultrig::house
