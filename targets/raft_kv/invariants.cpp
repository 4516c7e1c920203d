#include "targets/raft_kv/invariants.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace faultrig::raft_kv {
namespace {

// How far below the commit index logs are compared again; what is further down was compared when it
// was committed.
constexpr Index compared_below_commit = 64;

std::pair<std::string, std::int64_t> request_key(const std::string& client, const Value& body,
                                                 std::string_view field) {
  return {client, body.integer_or(field, -1)};
}

}  // namespace

Invariants::Invariants(const RaftConfig& config)
    : machine_(SessionLimits{static_cast<std::size_t>(config.session_replies),
                             static_cast<std::size_t>(config.session_clients)}) {}

void Invariants::report(std::string property, std::string what) {
  if (!reported_.insert(property).second) return;
  violations_.push_back({std::move(property), std::move(what)});
}

void Invariants::observe(const Nodes& nodes) {
  std::vector<bool> changed(nodes.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const RaftNode& node = *nodes[i];
    Seen& before = seen_[node.name()];
    changed[i] = before.log_version != node.log().version() || before.role != node.role() ||
                 before.term != node.term() || before.commit != node.commit_index();
    check_one_vote(node);
    if (!changed[i]) continue;
    check_election_safety(node);
    check_own_term_commit(node, before, nodes);
    check_commits(node, before);
  }
  for (std::size_t a = 0; a < nodes.size(); ++a) {
    for (std::size_t b = a + 1; b < nodes.size(); ++b) {
      if (changed[a] || changed[b]) check_log_matching(*nodes[a], *nodes[b]);
    }
  }
}

// Figure 3: at most one leader can be elected in a given term.
void Invariants::check_election_safety(const RaftNode& node) {
  if (node.role() != Role::leader) return;
  const auto [at, is_new] = leaders_.emplace(node.term(), node.name());
  if (is_new) check_leader_completeness(node);
  if (at->second != node.name()) {
    report("election-safety", fmt::format("{} and {} are both leader of term {}", at->second,
                                          node.name(), node.term()));
  }
}

// Section 5.2: a node votes for at most one candidate in a term, in all its lives.
void Invariants::check_one_vote(const RaftNode& node) {
  const HardState& promised = node.promised();
  if (promised.vote.empty()) return;
  const auto at = votes_.emplace(std::pair(node.name(), promised.term), promised.vote).first;
  if (at->second != promised.vote) {
    report("one-vote", fmt::format("{} voted for {} and for {} in term {}", node.name(), at->second,
                                   promised.vote, promised.term));
  }
}

// Figure 3: an entry committed in a term is in the logs of the leaders of all later terms.
void Invariants::check_leader_completeness(const RaftNode& leader) {
  const Log& log = leader.log();
  for (Index index = log.base_index() + 1; index <= committed(); ++index) {
    const Committed& entry = committed_[static_cast<std::size_t>(index - 1)];
    if (entry.commit_term >= leader.term() || log.term_at(index) == entry.term) continue;
    report("leader-completeness",
           fmt::format("{} leads term {} without entry {} of term {}, committed in term {}",
                       leader.name(), leader.term(), index, entry.term, entry.commit_term));
    return;
  }
}

// Section 5.4.2.
void Invariants::check_own_term_commit(const RaftNode& node, const Seen& before,
                                       const Nodes& nodes) {
  const bool leads_on =
      node.role() == Role::leader && before.role == Role::leader && before.term == node.term();
  const Index index = node.commit_index();
  if (!leads_on || index <= before.commit) return;
  const std::optional<Term> term = node.log().term_at(index);
  if (term != node.term()) {
    report("own-term-commit",
           fmt::format("{} leads term {} and commits entry {} of term {} by counting replicas",
                       node.name(), node.term(), index, term.value_or(0)));
  }
  std::size_t without = 0;
  for (const RaftNode* other : nodes) {
    const Log& log = other->log();
    if (log.base_index() < index && log.term_at(index) != term) ++without;
  }
  if (2 * (node.cluster_size() - without) <= node.cluster_size()) {
    report("commit-quorum", fmt::format("{} commits entry {} that {} of {} nodes do not have",
                                        node.name(), index, without, node.cluster_size()));
  }
}

std::optional<Entry> Invariants::entry_of(const RaftNode& node, const Seen& before, Index index) {
  if (index > node.log().base_index() && index <= node.log().last_index()) {
    return node.log().at(index);
  }
  // Committed and put into a snapshot within one step: it was in the log as last seen, if that log
  // agrees with the snapshot's last entry (a snapshot from elsewhere replaces a log that does not).
  const auto in_tail = [&](Index wanted) -> const Entry* {
    const Index place = wanted - before.tail_first;
    const bool is_there = place >= 0 && place < static_cast<Index>(before.tail.size());
    return is_there ? &before.tail[static_cast<std::size_t>(place)] : nullptr;
  };
  const Entry* base = in_tail(node.log().base_index());
  const Entry* entry = in_tail(index);
  if (base == nullptr || base->term != node.log().base_term() || entry == nullptr) {
    return std::nullopt;
  }
  return *entry;
}

// Figure 3, state machine safety: no two nodes commit different entries at one index.
void Invariants::check_commits(const RaftNode& node, Seen& before) {
  // After a restart a node may find its commits again from the start.
  const Index from = std::min(before.commit, node.commit_index());
  for (Index index = from + 1; index <= node.commit_index(); ++index) {
    if (index > committed()) {
      learn_commit(node, before, index);
      continue;
    }
    const Committed& known = committed_[static_cast<std::size_t>(index - 1)];
    const std::optional<Entry> entry = entry_of(node, before, index);
    if (known.term == 0 || !entry) continue;
    if (entry->term != known.term || entry->command != known.command) {
      report("state-machine-safety",
             fmt::format("{} commits at {} an entry of term {}; the one of term {} was committed "
                         "there before",
                         node.name(), index, entry->term, known.term));
    }
  }
  const Log& log = node.log();
  before.log_version = log.version();
  before.role = node.role();
  before.term = node.term();
  before.commit = node.commit_index();
  before.tail_first = std::max(log.base_index(), std::min(committed(), log.last_index())) + 1;
  before.tail.clear();
  for (Index index = before.tail_first; index <= log.last_index(); ++index) {
    before.tail.push_back(log.at(index));
  }
}

void Invariants::learn_commit(const RaftNode& node, const Seen& before, Index index) {
  // An entry that nobody showed us keeps term 0: it is not compared.
  const Entry entry = entry_of(node, before, index).value_or(Entry());
  committed_.push_back({entry.term, node.term(), entry.command});
  if (entry.term == 0) sees_all_ = false;
  replay(index, entry.command);
}

void Invariants::replay(Index index, const Value& value) {
  const std::optional<Command> command = Command::from_value(value);
  if (!command) return;
  committed_requests_.emplace(command->client, command->id);
  machine_.apply(value);
  const Value& key = *command->operation.find("key");
  changes_[key].emplace_back(index, machine_.read(key));
}

// Figure 3: if two logs have an entry with the same index and term, they are the same up to there.
void Invariants::check_log_matching(const RaftNode& a, const RaftNode& b) {
  const Index bottom =
      std::max({a.log().base_index(), b.log().base_index(),
                std::min(a.commit_index(), b.commit_index()) - compared_below_commit});
  bool must_match = false;
  for (Index index = std::min(a.log().last_index(), b.log().last_index()); index > bottom;
       --index) {
    const Entry& left = a.log().at(index);
    const Entry& right = b.log().at(index);
    if (left.term == right.term) must_match = true;
    if (must_match && left != right) {
      report("log-matching",
             fmt::format("{} and {} agree on a later entry but have terms {} and {} at index {}",
                         a.name(), b.name(), left.term, right.term, index));
      return;
    }
  }
}

void Invariants::observe_request(const Message& request) {
  const Value* key = request.body.find("key");
  if (request.type() != "read" || key == nullptr) return;
  open_reads_[request_key(request.src, request.body, "msg_id")] = {*key, committed()};
}

void Invariants::observe_reply(const Message& reply) {
  if (!sees_all_) return;
  const std::string type = reply.type();
  const auto id = request_key(reply.dest, reply.body, "in_reply_to");
  if ((type == "write_ok" || type == "cas_ok") && !committed_requests_.contains(id)) {
    report("acknowledged-write",
           fmt::format("{} tells {} that request {} took effect, and it is not committed",
                       reply.src, reply.dest, id.second));
  }
  const auto read = open_reads_.find(id);
  if (read == open_reads_.end()) return;
  const auto [key, asked_at] = read->second;
  open_reads_.erase(read);
  const bool is_missing = type == "error" && reply.body.integer_or("code", -1) == 20;
  if (type != "read_ok" && !is_missing) return;
  // Possible: the state when it was asked, or any later one. Replies differ in more than the value
  // (in_reply_to), so compare what they say.
  const auto said = [](const Value& body) {
    const Value* value = body.find("value");
    return value == nullptr ? std::optional<Value>() : std::optional<Value>(*value);
  };
  const std::optional<Value> answer = said(reply.body);
  bool possible = !answer;  // no key has a value before the first entry
  for (const auto& [index, state] : changes_[key]) {
    const bool agrees = said(state) == answer;
    possible = index <= asked_at ? agrees : possible || agrees;
  }
  if (!possible) {
    report("stale-read", fmt::format("{} answers {} to {} for key {}; entry {} was committed when "
                                     "it was asked",
                                     reply.src, answer ? answer->to_string() : "missing",
                                     reply.dest, key.to_string(), asked_at));
  }
}

}  // namespace faultrig::raft_kv
