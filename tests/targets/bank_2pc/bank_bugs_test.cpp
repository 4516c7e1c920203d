#include "targets/bank_2pc/bugs.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "harness/errors.hpp"

namespace faultrig::bank_2pc {
namespace {

TEST(BankBugs, TheTableFollowsTheEnumeration) {
  ASSERT_EQ(all_bugs().size(), bug_count);
  for (std::size_t i = 0; i < bug_count; ++i) {
    EXPECT_EQ(static_cast<std::size_t>(all_bugs()[i].bug), i);
  }
}

TEST(BankBugs, AreSwitchedOnByName) {
  const BugSet bugs = parse_bugs("tpc-read-no-lock,tpc-presume-commit");
  EXPECT_TRUE(bugs.has(Bug::read_no_lock));
  EXPECT_TRUE(bugs.has(Bug::presume_commit));
  EXPECT_FALSE(bugs.has(Bug::blocked_for_ever));
  EXPECT_TRUE(parse_bugs("").empty());
}

TEST(BankBugs, AnUnknownNameIsAnErrorWithTheNearest) {
  try {
    parse_bugs("tpc-read-no-lock,tpc-read-no-look");
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_STREQ(error.what(), "unknown bug `tpc-read-no-look`; did you mean `tpc-read-no-lock`?");
  }
}

// The manifest tells users; this table tells the program. They must not drift apart.
TEST(BankBugs, TheManifestSaysTheSame) {
  std::ifstream in(std::string(FAULTRIG_SOURCE_DIR) + "/targets/bank_2pc/target.toml");
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
}  // namespace faultrig::bank_2pc
