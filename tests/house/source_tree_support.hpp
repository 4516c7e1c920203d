// The source files of the house, for the tests that read them.
#pragma once

#include <string>
#include <vector>

namespace faultrig::house {

struct SourceFile {
  std::string path;  // from the root: "checkers/verdict.hpp"
  std::vector<std::string> lines;
  bool is_header() const { return path.ends_with(".hpp"); }
};

// Every .cpp and .hpp below the floors, tests and bench, in order of path.
std::vector<SourceFile> source_files();
// Paths named in `#include "..."` and `#include <...>`, with the line they stand on (from 1).
struct Include {
  std::string path;
  bool quoted;
  int line;
};
std::vector<Include> includes_of(const SourceFile& file);

}  // namespace faultrig::house
