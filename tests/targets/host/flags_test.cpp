#include "targets/host/flags.hpp"

#include <gtest/gtest.h>

#include "harness/errors.hpp"

namespace faultrig::host {
namespace {

const std::vector<Flag> known = {{"node", "NAME", "the name", true},
                                 {"seed", "N", "the seed", false},
                                 {"peers", "LIST", "all nodes", false}};

std::string error_of(const std::vector<std::string>& arguments) {
  try {
    const Flags flags(known, arguments);
    flags.integer("seed", 0, 0, 10);
    if (flags.has("peers")) flags.peers("peers");
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

TEST(Flags, AreReadAsGiven) {
  const Flags flags(known, {"--node", "n1", "--seed", "7", "--peers", "n1=1.2.3.4:5,n2=1.2.3.5:6"});
  EXPECT_EQ(flags.text("node"), "n1");
  EXPECT_EQ(flags.integer("seed", 0, 0, 10), 7);
  EXPECT_EQ(flags.peers("peers").at("n2"), "1.2.3.5:6");
  EXPECT_FALSE(flags.wants_help());
}

TEST(Flags, AnEmptyValueIsAValue) { EXPECT_EQ(Flags(known, {"--node", ""}).text("node", "x"), ""); }

TEST(Flags, HelpNeedsNothingElse) { EXPECT_TRUE(Flags(known, {"--help"}).wants_help()); }

TEST(Flags, ErrorsSayWhatToDo) {
  EXPECT_EQ(error_of({"--node", "n1", "--sed", "1"}),
            "unknown flag `--sed`; did you mean `--seed`?");
  EXPECT_EQ(error_of({"--seed", "1"}), "`--node NAME` is missing; --help lists the flags");
  EXPECT_EQ(error_of({"--node"}), "`--node` needs a value");
  EXPECT_EQ(error_of({"--node", "a", "--node", "b"}), "`--node` is given twice");
  EXPECT_EQ(error_of({"--node", "a", "--seed", "x1"}),
            "`--seed x1`: expected a whole number from 0 to 10");
  EXPECT_EQ(error_of({"--node", "a", "--seed", "11"}),
            "`--seed 11`: expected a whole number from 0 to 10");
  EXPECT_EQ(error_of({"--node", "a", "--peers", "n1"}), "`--peers`: `n1` is not NAME=ADDRESS:PORT");
  EXPECT_EQ(
      error_of({"--node", "a", "--peers", "n1=host:1"}),
      "`host:1` is not an address; it has the form 127.0.0.1:7000, an IPv4 address and a port");
  EXPECT_EQ(error_of({"--node", "a", "--peers", "n1=1.2.3.4:1,n1=1.2.3.4:2"}),
            "`--peers` names n1 twice");
}

}  // namespace
}  // namespace faultrig::host
