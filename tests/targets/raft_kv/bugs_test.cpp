#include "targets/raft_kv/bugs.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "harness/errors.hpp"

namespace faultrig::raft_kv {
namespace {

TEST(Bugs, TheTableFollowsTheEnumeration) {
  ASSERT_EQ(all_bugs().size(), bug_count);
  for (std::size_t i = 0; i < bug_count; ++i) {
    EXPECT_EQ(static_cast<std::size_t>(all_bugs()[i].bug), i);
  }
}

TEST(Bugs, AreSwitchedOnByName) {
  const BugSet bugs = parse_bugs("raft-no-fsync,raft-double-vote");
  EXPECT_TRUE(bugs.has(Bug::no_fsync));
  EXPECT_TRUE(bugs.has(Bug::double_vote));
  EXPECT_FALSE(bugs.has(Bug::skip_prev_check));
  EXPECT_TRUE(parse_bugs("").empty());
}

TEST(Bugs, AnUnknownNameIsAnErrorWithTheNearest) {
  try {
    parse_bugs("raft-no-fsync,raft-no-fsink");
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_STREQ(error.what(), "unknown bug `raft-no-fsink`; did you mean `raft-no-fsync`?");
  }
}

// The manifest tells users; this table tells the program. They must not drift apart.
TEST(Bugs, TheManifestSaysTheSame) {
  std::ifstream in(std::string(FAULTRIG_SOURCE_DIR) + "/targets/raft_kv/target.toml");
  ASSERT_TRUE(in);
  const std::string manifest{std::istreambuf_iterator<char>(in), {}};
  std::string expected;
  for (const BugInfo& info : all_bugs()) {
    expected += fmt::format(
        "\n[[bugs]]\nname = \"{}\"\nsummary = \"{}\"\nbreaks = \"{}\"\nshows = \"{}\"\nsource = "
        "\"{}\"\nteaches = \"{}\"\n",
        info.name, info.summary, info.breaks, info.shows, info.source, info.teaches);
  }
  const std::size_t at = manifest.find("\n[[bugs]]");
  ASSERT_NE(at, std::string::npos);
  EXPECT_EQ(manifest.substr(at), expected);
}

}  // namespace
}  // namespace faultrig::raft_kv
