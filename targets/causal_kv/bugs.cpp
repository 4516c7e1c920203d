#include "targets/causal_kv/bugs.hpp"

namespace faultrig::causal_kv {

const std::vector<BugInfo>& all_bugs() {
  static const std::vector<BugInfo> bugs = {
      {.bug = Bug::no_buffer,
       .name = "cb-no-buffer",
       .summary = "A write is delivered when it arrives, whatever it comes after.",
       .breaks = "causal delivery",
       .shows = "an answer is seen before its question",
       .source = "Birman, Schiper, Stephenson (1991), section 5.1",
       .teaches = "A write that arrives before what it comes after is kept back until that is "
                  "there. The network may bring an answer before its question."},
      {.bug = Bug::fifo_only,
       .name = "cb-fifo-only",
       .summary = "A write waits for the earlier ones of its own node only, not for those of "
                  "others that it comes after.",
       .breaks = "causal delivery",
       .shows = "an answer is seen before its question",
       .source = "Birman, Schiper, Stephenson (1991), sections 3 and 5.1",
       .teaches =
           "All counts of the dependency clock must be reached, not only that of the sender. Order "
           "by sender is not causal order: whoever answers another node's write depends on it."},
      {.bug = Bug::clock_ge,
       .name = "cb-clock-ge",
       .summary = "A write is delivered when its number is above the last one of its node, not "
                  "only when it is exactly the next.",
       .breaks = "agreement",
       .shows = "a lost message is never asked for again",
       .source = "Birman, Schiper, Stephenson (1991), section 5.1, delivery rule",
       .teaches =
           "Deliver exactly the next number of each sender. A gap is a message that is still "
           "missing; a clock that jumps over it claims to have it, and nobody will send it again."},
      {.bug = Bug::increment_on_receive,
       .name = "cb-increment-on-receive",
       .summary = "A node counts the writes that it receives among its own.",
       .breaks = "gap-free numbers",
       .shows = "what a node writes is kept back for ever by all others",
       .source = "Lamport (1978); Birman, Schiper, Stephenson (1991), section 5.1",
       .teaches =
           "In a broadcast only sending moves a node's own count. Counting receives as well, as "
           "clocks of events do, leaves gaps in its numbers that the others wait for."},
      {.bug = Bug::no_relay,
       .name = "cb-no-relay",
       .summary = "In an exchange a node sends only the writes that are its own.",
       .breaks = "agreement",
       .shows = "a write is seen by some nodes only, for as long as its origin is away",
       .source = "Birman, Joseph (1987), reliable broadcast; Demers et al. (1987)",
       .teaches = "Whoever has a write passes it on to whoever lacks it. Its origin may have "
                  "reached only some before it died or was cut off."},
      {.bug = Bug::no_retry,
       .name = "bcast-no-retry",
       .summary = "A write is sent to everybody once, and no node ever asks what it has missed.",
       .breaks = "convergence",
       .shows = "a node that was away never catches up",
       .source = "Fly.io distributed systems challenge 3c; Demers et al. (1987)",
       .teaches =
           "A broadcast must be made good later: nodes compare what they have, again and again, "
           "and send what is lacking. Once is not enough where messages can be lost."},
      {.bug = Bug::ack_before_store,
       .name = "bcast-ack-before-store",
       .summary = "A write is acknowledged and sent out before the disk has it.",
       .breaks = "durability of acknowledged writes",
       .shows = "an acknowledged write is gone after a restart, and its number is used again",
       .source = "maelstrom#93; Jepsen: NATS 2.12.1",
       .teaches = "Acknowledge, and send to others, only what the disk has. What is in a buffer "
                  "dies with the power, and the next life gives its number to another write."},
      {.bug = Bug::no_tie_break,
       .name = "lww-no-tie-break",
       .summary = "Of two writes with one stamp the one that comes later stays, in whatever order "
                  "they come.",
       .breaks = "convergence",
       .shows = "nodes with the same writes show different values",
       .source = "Shapiro et al., A comprehensive study of CRDTs (2011), section 3.2.1",
       .teaches = "The order of stamps must be total: ties are broken by node. Otherwise the order "
                  "of arrival decides, which differs from node to node."},
      {.bug = Bug::local_clock,
       .name = "lww-local-clock",
       .summary = "Stamps are the time of the node's wall clock instead of logical time.",
       .breaks = "the conflict rule follows causality",
       .shows = "a client does not see what it has just written",
       .source = "Lamport (1978); Jepsen: Cassandra",
       .teaches = "A stamp must be above all that its write comes after. A clock that is behind "
                  "stamps a new value older than the one it replaces, and the new one is lost."},
      {.bug = Bug::no_dedup,
       .name = "causal-no-dedup",
       .summary = "A write that arrives again is applied again, over what has been written since.",
       .breaks = "exactly-once delivery",
       .shows = "a value that was overwritten comes back",
       .source = "Shapiro et al. (2011), section 2; Maelstrom, broadcast",
       .teaches = "What is in the log already is not applied again. Networks repeat messages, and "
                  "a peer sends again what it does not know to have arrived."},
      {.bug = Bug::clock_lost_at_restart,
       .name = "causal-clock-lost-at-restart",
       .summary = "After a restart new writes say that they come after nothing that other nodes "
                  "had written before.",
       .breaks = "causal delivery",
       .shows = "an answer is seen before its question",
       .source = "Birman, Schiper, Stephenson (1991), section 5.1",
       .teaches = "The dependency clock is part of the state that a restart restores. A client may "
                  "have read those values before the restart and answers them after it."},
      {.bug = Bug::sequence_reused,
       .name = "causal-sequence-reused",
       .summary = "After a restart a node numbers its writes from 1 again.",
       .breaks = "unique numbers",
       .shows = "what a node writes after a restart is seen by nobody else",
       .source = "actor-ts#955; Birman, Schiper, Stephenson (1991)",
       .teaches = "The next number is that after the last one on the disk. Peers take a number "
                  "that they have seen for a repetition and drop it."},
      {.bug = Bug::sync_adopts_clock,
       .name = "causal-sync-adopts-clock",
       .summary = "After an exchange a node takes over the peer's clock, also when not all that it "
                  "counts was sent.",
       .breaks = "agreement",
       .shows = "writes are skipped and never asked for again",
       .source = "Demers et al. (1987), section 1.3",
       .teaches = "A clock counts what is in the log, nothing else. An answer may be cut off by a "
                  "limit; the rest has to be asked for."},
      {.bug = Bug::show_before_durable,
       .name = "causal-show-before-durable",
       .summary = "Clients can read a write before the disk of their node has it.",
       .breaks = "monotonic reads",
       .shows = "a client reads an older value after a restart",
       .source = "Terry et al., Session Guarantees (1994)",
       .teaches = "Show only what survives. A client that stays with its node across a restart "
                  "must not see it go back."},
  };
  return bugs;
}

BugSet bugs_named(const std::vector<std::string>& names) {
  return faultrig::bugs_named<BugSet>(names, all_bugs());
}

BugSet parse_bugs(std::string_view text) { return bugs_named(bug_names_in(text)); }

}  // namespace faultrig::causal_kv
