// The law of the house: arrows go down only, and heavy libraries stay in their one place.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/house/source_tree_support.hpp"

namespace faultrig::house {
namespace {

struct Room {
  std::string prefix;                // the most specific prefix decides
  std::vector<std::string> allowed;  // prefixes of our own headers it may include
};

// DESIGN: a room sees itself, what lies below, and never its siblings.
const std::vector<Room>& rooms() {
  static const std::vector<Room> table = {
      {"checkers/history/", {"checkers/history/"}},
      {"checkers/models/", {"checkers/history/", "checkers/models/"}},
      {"checkers/", {"checkers/"}},
      {"harness/live/", {"checkers/history/", "harness/"}},
      {"harness/", {"checkers/history/", "harness/"}},
      {"targets/host/",
       {"checkers/history/", "harness/node/", "harness/random.hpp", "harness/errors.hpp",
        "targets/host/"}},
      {"targets/raft_kv/main.cpp",
       {"checkers/history/", "harness/node/", "harness/random.hpp", "harness/errors.hpp",
        "targets/raft_kv/", "targets/host/"}},
      {"targets/raft_kv/",
       {"checkers/history/", "harness/node/", "harness/random.hpp", "harness/errors.hpp",
        "targets/raft_kv/"}},
      {"targets/causal_kv/main.cpp",
       {"checkers/history/", "harness/node/", "harness/random.hpp", "harness/errors.hpp",
        "targets/causal_kv/", "targets/host/"}},
      {"targets/causal_kv/",
       {"checkers/history/", "harness/node/", "harness/random.hpp", "harness/errors.hpp",
        "targets/causal_kv/"}},
      {"targets/bank_2pc/main.cpp",
       {"checkers/history/", "harness/node/", "harness/random.hpp", "harness/errors.hpp",
        "targets/bank_2pc/", "targets/host/"}},
      {"targets/bank_2pc/",
       {"checkers/history/", "harness/node/", "harness/random.hpp", "harness/errors.hpp",
        "targets/bank_2pc/"}},
      {"targets/dynamo/main.cpp",
       {"checkers/history/", "harness/node/", "harness/random.hpp", "harness/errors.hpp",
        "targets/dynamo/", "targets/host/"}},
      {"targets/dynamo/",
       {"checkers/history/", "harness/node/", "harness/random.hpp", "harness/errors.hpp",
        "targets/dynamo/"}},
      {"workloads/", {"checkers/", "harness/", "workloads/"}},
      {"nemesis/", {"checkers/history/", "harness/", "nemesis/"}},
      {"reports/", {"checkers/", "harness/", "reports/"}},
      {"campaign/",
       {"checkers/", "harness/", "workloads/", "nemesis/", "reports/", "targets/", "campaign/"}},
      {"cli/", {""}},
      {"tests/", {""}},
      {"bench/", {""}},
  };
  return table;
}

// Within harness and the upper floors the live shell is closed: only the shell itself, the command
// line, tests and benchmarks may name it.
bool may_see_live(const std::string& path) {
  return path.starts_with("harness/live/") || path.starts_with("cli/") ||
         path.starts_with("tests/") || path.starts_with("bench/");
}

const Room* room_of(const std::string& path) {
  const Room* best = nullptr;
  for (const Room& room : rooms()) {
    if (path.starts_with(room.prefix) &&
        (best == nullptr || room.prefix.size() > best->prefix.size())) {
      best = &room;
    }
  }
  return best;
}

TEST(IncludeRules, every_file_lies_in_a_room) {
  const auto files = source_files();
  ASSERT_GT(files.size(), 20u) << "the source tree was not found";
  for (const SourceFile& file : files) EXPECT_NE(room_of(file.path), nullptr) << file.path;
}

TEST(IncludeRules, arrows_go_down_only) {
  for (const SourceFile& file : source_files()) {
    const Room* room = room_of(file.path);
    if (room == nullptr) continue;
    for (const Include& include : includes_of(file)) {
      if (!include.quoted) continue;
      bool allowed = false;
      for (const std::string& prefix : room->allowed) {
        allowed = allowed || include.path.starts_with(prefix);
      }
      if (include.path.starts_with("harness/live/") && !may_see_live(file.path)) allowed = false;
      EXPECT_TRUE(allowed) << file.path << ":" << include.line << " may not include "
                           << include.path;
    }
  }
}

struct Confined {
  std::string library;              // prefix of the angle include
  std::vector<std::string> places;  // prefixes of the files that may include it
};

TEST(IncludeRules, heavy_libraries_stay_in_their_place) {
  const std::vector<Confined> confined = {
      {"nlohmann/", {"checkers/history/json.cpp"}},
      {"graphviz/", {"reports/cycle_graph.cpp"}},
      {"toml++/", {"harness/toml_reader.cpp"}},
      {"CLI/", {"cli/"}},
      {"libssh/", {"harness/live/ssh/session.cpp"}},
      {"boost/", {"harness/live/", "targets/host/", "tests/", "bench/"}},
      {"sys/socket", {"harness/live/", "targets/host/", "tests/", "bench/"}},
      {"fstream", {"tests/", "bench/", "harness/store.cpp", "harness/live/", "targets/host/"}},
      {"thread", {"checkers/parallel", "harness/live/", "targets/host/", "tests/", "bench/"}},
  };
  for (const SourceFile& file : source_files()) {
    for (const Include& include : includes_of(file)) {
      if (include.quoted) continue;
      for (const Confined& rule : confined) {
        if (!include.path.starts_with(rule.library)) continue;
        bool allowed = false;
        for (const std::string& place : rule.places) {
          allowed = allowed || file.path.starts_with(place);
        }
        EXPECT_TRUE(allowed) << file.path << ":" << include.line << " may not include <"
                             << include.path << ">";
        // Heavy headers never travel through our own headers.
        if (rule.library == "boost/" || rule.library == "CLI/") {
          EXPECT_FALSE(file.is_header() && rule.library == "CLI/") << file.path;
        }
      }
    }
  }
}

}  // namespace
}  // namespace faultrig::house
