#include "targets/causal_kv/bugs.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "harness/errors.hpp"

namespace faultrig::causal_kv {
namespace {

TEST(CausalBugs, TheTableFollowsTheEnumeration) {
  ASSERT_EQ(all_bugs().size(), bug_count);
  for (std::size_t i = 0; i < bug_count; ++i) {
    EXPECT_EQ(static_cast<std::size_t>(all_bugs()[i].bug), i);
  }
}

TEST(CausalBugs, AreSwitchedOnByName) {
  const BugSet bugs = parse_bugs("cb-no-buffer,lww-no-tie-break");
  EXPECT_TRUE(bugs.has(Bug::no_buffer));
  EXPECT_TRUE(bugs.has(Bug::no_tie_break));
  EXPECT_FALSE(bugs.has(Bug::fifo_only));
  EXPECT_TRUE(parse_bugs("").empty());
}

TEST(CausalBugs, AnUnknownNameIsAnErrorWithTheNearest) {
  try {
    parse_bugs("cb-no-buffer,cb-no-bufer");
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_STREQ(error.what(), "unknown bug `cb-no-bufer`; did you mean `cb-no-buffer`?");
  }
}

// The manifest tells users; this table tells the program. They must not drift apart.
TEST(CausalBugs, TheManifestSaysTheSame) {
  std::ifstream in(std::string(FAULTRIG_SOURCE_DIR) + "/targets/causal_kv/target.toml");
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
}  // namespace faultrig::causal_kv
