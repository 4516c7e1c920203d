// The tables of planted bugs, of every bundled target.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "harness/errors.hpp"
#include "tests/targets/bundled_support.hpp"

namespace faultrig {
namespace {

class BugTable : public testing::TestWithParam<std::size_t> {
 protected:
  const BundledTarget& target() const { return bundled_targets()[GetParam()]; }
};

TEST_P(BugTable, FollowsTheEnumeration) {
  ASSERT_EQ(target().bugs.size(), target().bug_count);
  for (std::size_t i = 0; i < target().bugs.size(); ++i) EXPECT_EQ(target().bugs[i].number, i);
}

TEST_P(BugTable, NamesSwitchOnWhatTheyNameAndNothingElse) {
  const std::vector<bool> none(target().bugs.size(), false);
  EXPECT_EQ(target().switched_on(""), none);
  for (std::size_t i = 0; i < target().bugs.size(); ++i) {
    const std::size_t next = (i + 1) % target().bugs.size();
    std::vector<bool> two = none;
    two[i] = two[next] = true;
    EXPECT_EQ(target().switched_on(target().bugs[i].name + "," + target().bugs[next].name), two);
  }
}

TEST_P(BugTable, AnUnknownNameIsAnErrorWithTheNearest) {
  for (const BugRow& bug : target().bugs) {
    const std::string wrong = bug.name.substr(0, bug.name.size() - 1);
    try {
      target().switched_on(bug.name + "," + wrong);
      FAIL() << wrong;
    } catch (const UsageError& error) {
      EXPECT_EQ(error.what(), fmt::format("unknown bug `{}`; did you mean `{}`?", wrong, bug.name));
    }
  }
}

// The manifest tells users; this table tells the program. They must not drift apart.
TEST_P(BugTable, TheManifestSaysTheSame) {
  std::ifstream in(fmt::format("{}/targets/{}/target.toml", FAULTRIG_SOURCE_DIR, target().name));
  ASSERT_TRUE(in);
  const std::string manifest{std::istreambuf_iterator<char>(in), {}};
  std::string expected;
  for (const BugRow& bug : target().bugs) {
    expected += fmt::format(
        "\n[[bugs]]\nname = \"{}\"\nsummary = \"{}\"\nbreaks = \"{}\"\nshows = \"{}\"\nsource = "
        "\"{}\"\nteaches = \"{}\"\n",
        bug.name, bug.summary, bug.breaks, bug.shows, bug.source, bug.teaches);
  }
  const std::size_t at = manifest.find("\n[[bugs]]");
  ASSERT_NE(at, std::string::npos);
  EXPECT_EQ(manifest.substr(at), expected);
}

INSTANTIATE_TEST_SUITE_P(Targets, BugTable,
                         testing::Range<std::size_t>(0, bundled_targets().size()),
                         [](const auto& each) { return bundled_targets()[each.param].name; });

}  // namespace
}  // namespace faultrig
