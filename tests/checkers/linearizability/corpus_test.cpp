// Histories that other projects recorded, with verdicts known from their own tests: a folder with
// an INDEX.tsv (path, source, format, model, expected, ops, how_known), named by FAULTRIG_CORPUS or
// beside the source tree. Skipped where there is none.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "checkers/history/any_history.hpp"
#include "checkers/linearizability/linearizability_checker.hpp"

namespace faultrig {
namespace {

namespace fs = std::filesystem;

fs::path corpus() {
  if (const char* folder = std::getenv("FAULTRIG_CORPUS")) return folder;
  return fs::path(FAULTRIG_SOURCE_DIR) / "../shared/corpus";
}

std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields;
  std::istringstream in(line);
  for (std::string field; std::getline(in, field, '\t');) fields.push_back(field);
  return fields;
}

std::string content_of(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// The index has models in words: the first is the name, as somebody else calls it.
std::string model_of(const std::string& words) {
  const std::string first = words.substr(0, words.find(' '));
  const std::map<std::string, std::string> others = {{"set-full", "set"},
                                                     {"long-fork", "multi-register"}};
  const auto known = others.find(first);
  return known == others.end() ? first : known->second;
}

TEST(Corpus, every_verdict_is_the_one_that_is_known) {
  std::ifstream index(corpus() / "INDEX.tsv");
  if (!index) GTEST_SKIP() << "there is no corpus at " << corpus();
  std::string line;
  std::getline(index, line);  // the head
  int files = 0;
  while (std::getline(index, line)) {
    const std::vector<std::string> fields = fields_of(line);
    ASSERT_GE(fields.size(), 6U) << line;
    const std::string model = model_of(fields[3]);
    const AnyHistory read = read_any_history(content_of(corpus() / fields[0]), fields[0]);
    const auto checker = make_linearizability_checker(model, model == "kv" ? Value("") : Value());
    const Verdict verdict = checker->check(read.history, {});
    const bool holds = fields[4] == "linearizable" || fields[4] == "valid";
    EXPECT_EQ(verdict.validity, holds ? Validity::valid : Validity::invalid)
        << fields[0] << " as " << model << ": " << verdict.procedure
        << (verdict.reasons.empty() ? "" : verdict.reasons.front());
    ++files;
  }
  EXPECT_GT(files, 0);
}

}  // namespace
}  // namespace faultrig
