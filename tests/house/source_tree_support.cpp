#include "tests/house/source_tree_support.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>

namespace faultrig::house {

namespace fs = std::filesystem;

std::vector<SourceFile> source_files() {
  const fs::path root = FAULTRIG_SOURCE_DIR;
  std::vector<SourceFile> files;
  for (const char* floor : {"checkers", "harness", "targets", "workloads", "nemesis", "reports",
                            "cli", "tests", "bench"}) {
    if (!fs::exists(root / floor)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root / floor)) {
      const std::string extension = entry.path().extension();
      if (extension != ".cpp" && extension != ".hpp") continue;
      SourceFile file{fs::relative(entry.path(), root).string(), {}};
      std::ifstream stream(entry.path());
      for (std::string line; std::getline(stream, line);) file.lines.push_back(line);
      files.push_back(std::move(file));
    }
  }
  std::sort(files.begin(), files.end(),
            [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return files;
}

std::vector<Include> includes_of(const SourceFile& file) {
  static const std::regex pattern(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"])");
  std::vector<Include> includes;
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    std::smatch match;
    if (std::regex_search(file.lines[i], match, pattern)) {
      includes.push_back({match[2], match[1] == "\"", static_cast<int>(i) + 1});
    }
  }
  return includes;
}

}  // namespace faultrig::house
