#include "harness/live/journal.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "tests/live/live_support.hpp"

namespace faultrig::live {
namespace {

// A process that is gone.
ProcessIdentity dead_process() {
  const pid_t child = ::fork();
  if (child == 0) {
    while (true) ::pause();
  }
  const ProcessIdentity identity = identity_of(child);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  return identity;
}

TEST(journal, an_identity_outlives_no_process) {
  const ProcessIdentity mine = identity_of(::getpid());
  EXPECT_GT(mine.started, 0u);
  EXPECT_EQ(mine, identity_of(::getpid()));
  const ProcessIdentity dead = dead_process();
  EXPECT_GT(dead.started, 0u);
  EXPECT_NE(dead, identity_of(dead.pid));
}

TEST(journal, a_closed_one_leaves_nothing_to_clean) {
  const ScratchFolder scratch;
  const RunFolder folder = RunFolder::create(scratch.path(), "a");
  { UndoJournal journal(folder, identity_of(::getpid())); }
  EXPECT_TRUE(clean_leftovers(scratch.path()).empty());
  EXPECT_TRUE(clean_leftovers(scratch.path() / "missing").empty());
}

TEST(journal, a_running_one_is_left_alone) {
  const ScratchFolder scratch;
  const RunFolder folder = RunFolder::create(scratch.path(), "a");
  UndoJournal journal(folder, identity_of(::getpid()));
  for (int round = 0; round < 2; ++round) {
    const std::vector<Leftover> found = clean_leftovers(scratch.path());
    ASSERT_EQ(found.size(), 1u) << "the link `latest` does not count";
    EXPECT_TRUE(found[0].is_running);
    EXPECT_EQ(found[0].launcher, ::getpid());
  }
}

TEST(journal, one_of_a_killed_process_is_closed_once) {
  const ScratchFolder scratch;
  const RunFolder folder = RunFolder::create(scratch.path(), "a");
  const ProcessIdentity dead = dead_process();
  std::string open;
  {
    UndoJournal journal(folder, dead);
    journal.note("10 network namespaces");
    open = read_file(folder.file("journal.jsonl"));
  }
  // As the kill left it: without the last line, in the middle of another.
  write_file(folder.file("journal.jsonl"), open + "{\"event\":\"ma");
  const std::vector<Leftover> found = clean_leftovers(scratch.path());
  ASSERT_EQ(found.size(), 1u);
  EXPECT_FALSE(found[0].is_running);
  EXPECT_EQ(found[0].launcher, dead.pid);
  EXPECT_EQ(found[0].found, std::vector<std::string>{"10 network namespaces"});
  EXPECT_TRUE(clean_leftovers(scratch.path()).empty());
}

}  // namespace
}  // namespace faultrig::live
