#include "targets/dynamo/bugs.hpp"

namespace faultrig::dynamo {

const std::vector<BugInfo>& all_bugs() {
  static const std::vector<BugInfo> bugs = {
      {.bug = Bug::r_plus_w_le_n,
       .name = "dynamo-r-plus-w-le-n",
       .summary = "A coordinator takes one answer for a quorum, so that R + W is not above N.",
       .breaks = "quorum intersection",
       .shows = "a read misses a write that was acknowledged before",
       .source = "Dynamo (SOSP 2007), section 4.5",
       .teaches =
           "A read sees the latest write when the R nodes that it asks and the W nodes that have "
           "it must share one: R + W above N, counted by different nodes that have answered."},
      {.bug = Bug::sloppy_stale_read,
       .name = "dynamo-sloppy-stale-read",
       .summary = "Hints count for W, and reads never look at them.",
       .breaks = "read your writes",
       .shows = "a client does not see what it has just written, until the hint is delivered",
       .source = "Dynamo, section 4.6; Jepsen: Riak",
       .teaches = "Who counts hints among the W must look at them on reads. Otherwise the R owners "
                  "that are asked may all be those that the write did not reach."},
      {.bug = Bug::lww_clock_skew,
       .name = "dynamo-lww-clock-skew",
       .summary = "Writes are stamped with the time of the wall clock of their coordinator.",
       .breaks = "durability of acknowledged writes",
       .shows = "an acknowledged write is never seen",
       .source = "Jepsen: Cassandra; Maelstrom, lww-kv",
       .teaches = "A stamp must be above those of all versions that the write replaces: ask for "
                  "them first, and count on. A clock that is behind makes a new write older than "
                  "the old one, and it is dropped everywhere."},
      {.bug = Bug::no_read_repair,
       .name = "dynamo-no-read-repair",
       .summary =
           "A coordinator that sees answers differ does not bring the newer version to the others.",
       .breaks = "convergence",
       .shows = "the same nodes are behind at every read",
       .source = "Dynamo, section 5",
       .teaches = "A read that finds a node behind repairs it: the coordinator knows the newer "
                  "version and who lacks it."},
      {.bug = Bug::delete_without_tombstone,
       .name = "dynamo-delete-without-tombstone",
       .summary = "A deletion removes the entry of the key and leaves nothing in its place.",
       .breaks = "deleted stays deleted",
       .shows = "a deleted value comes back",
       .source = "Dynamo; Riak, deletions; Cassandra, tombstones",
       .teaches =
           "A deletion is a version like any other, and is kept. Without it a node that was away "
           "looks as if it had something that the others lack, and gives it back to them."},
      {.bug = Bug::tombstone_early_gc,
       .name = "dynamo-tombstone-early-gc",
       .summary = "A tombstone is dropped after its grace period, whoever has not got it yet.",
       .breaks = "deleted stays deleted",
       .shows = "a deleted value comes back",
       .source = "scylla#8970; scylla#3560; scylla#15243",
       .teaches = "Drop a tombstone only when no node has anything left that it deletes: every "
                  "node has confirmed it. A period alone is shorter than some outage."},
      {.bug = Bug::hint_volatile,
       .name = "dynamo-hint-volatile",
       .summary = "Hints are kept in memory only, and count for W.",
       .breaks = "durability of acknowledged writes",
       .shows = "an acknowledged write is lost with the node that stood in",
       .source = "Dynamo, section 4.6",
       .teaches = "What is acknowledged must survive on W disks, and a hint stands for one of "
                  "them. It is written like any other entry."},
      {.bug = Bug::sibling_drop,
       .name = "dynamo-sibling-drop",
       .summary = "Of two versions that know nothing of each other one is kept.",
       .breaks = "durability of acknowledged writes",
       .shows = "an acknowledged element is missing",
       .source = "Dynamo, sections 2.3 and 4.4, the shopping cart",
       .teaches = "Versions that did not see each other are both kept until somebody who has seen "
                  "both writes a new one. To drop one loses a write that was acknowledged."},
      {.bug = Bug::vclock_prune,
       .name = "dynamo-vclock-prune",
       .summary = "A clock that grows beyond a few entries loses the oldest ones.",
       .breaks = "causality",
       .shows = "an old value stands beside the one that replaced it",
       .source = "riak_core#613; openriak#37; Dynamo, section 4.4",
       .teaches = "Whoever drops entries of a clock must know that what they stand for is gone "
                  "everywhere. Otherwise a version no longer knows what it replaced, and the old "
                  "one is taken for a sibling."},
      {.bug = Bug::merkle_hash_key_only,
       .name = "dynamo-merkle-hash-key-only",
       .summary =
           "The hash trees of anti-entropy hash which keys there are, and not their versions.",
       .breaks = "convergence",
       .shows = "trees are equal and values differ for ever",
       .source = "Dynamo, section 4.7; Merkle (1987)",
       .teaches = "A leaf hashes all that must be equal: the key and its versions. Trees that "
                  "leave out the versions are equal while an old value stays."},
  };
  return bugs;
}

BugSet bugs_named(const std::vector<std::string>& names) {
  return faultrig::bugs_named<BugSet>(names, all_bugs());
}

BugSet parse_bugs(std::string_view text) { return bugs_named(bug_names_in(text)); }

}  // namespace faultrig::dynamo
