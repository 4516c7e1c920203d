#include "targets/dynamo/bugs.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "harness/errors.hpp"

namespace faultrig::dynamo {
namespace {

TEST(DynamoBugs, TheTableFollowsTheEnumeration) {
  ASSERT_EQ(all_bugs().size(), bug_count);
  for (std::size_t i = 0; i < bug_count; ++i) {
    EXPECT_EQ(static_cast<std::size_t>(all_bugs()[i].bug), i);
  }
}

TEST(DynamoBugs, AreSwitchedOnByName) {
  const BugSet bugs = parse_bugs("dynamo-hint-volatile,dynamo-sibling-drop");
  EXPECT_TRUE(bugs.has(Bug::hint_volatile));
  EXPECT_TRUE(bugs.has(Bug::sibling_drop));
  EXPECT_FALSE(bugs.has(Bug::vclock_prune));
  EXPECT_TRUE(parse_bugs("").empty());
}

TEST(DynamoBugs, AnUnknownNameIsAnErrorWithTheNearest) {
  try {
    parse_bugs("dynamo-hint-volatile,dynamo-hint-volatil");
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_STREQ(error.what(),
                 "unknown bug `dynamo-hint-volatil`; did you mean `dynamo-hint-volatile`?");
  }
}

// The manifest tells users; this table tells the program. They must not drift apart.
TEST(DynamoBugs, TheManifestSaysTheSame) {
  std::ifstream in(std::string(FAULTRIG_SOURCE_DIR) + "/targets/dynamo/target.toml");
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
}  // namespace faultrig::dynamo
