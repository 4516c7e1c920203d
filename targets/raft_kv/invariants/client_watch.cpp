#include "targets/raft_kv/invariants/client_watch.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace faultrig::raft_kv {
namespace {

std::uint64_t request_key(std::string_view client, std::int64_t id) {
  return combine(stable_hash(client), static_cast<std::uint64_t>(id));
}

std::string_view type_of(const Value& body) {
  const Value* type = body.find("type");
  return type != nullptr && type->is_string() ? std::string_view(type->as_string())
                                              : std::string_view();
}

std::optional<Value> value_in(const StateMachine& machine, const Value& key) {
  const auto at = machine.entries().find(key);
  return at == machine.entries().end() ? std::nullopt : std::optional<Value>(at->second);
}

bool is_request(const Value& command, std::string_view client, std::int64_t id) {
  const Value* name = command.find("client");
  return name != nullptr && name->is_string() && name->as_string() == client &&
         command.integer_or("id", -1) == id;
}

bool has_request(const Log& log, std::string_view client, std::int64_t id) {
  for (Index index = log.last_index(); index > log.base_index(); --index) {
    if (is_request(log.at(index).command, client, id)) return true;
  }
  return false;
}

}  // namespace

void ClientWatch::on_commit(Index index, const Value& command) {
  const Value* client = command.find("client");
  const Value* operation = command.find("operation");
  if (client == nullptr || !client->is_string() || operation == nullptr) return;
  committed_requests_.insert(request_key(client->as_string(), command.integer_or("id", -1)));
  const Value* key = operation->find("key");
  if (key == nullptr) return;
  std::optional<Value> value = value_in(states_.machine(), *key);
  std::vector<Change>& changes = changes_[*key];
  if (!changes.empty() && changes.back().value == value) return;
  changes.push_back({index, std::move(value)});
}

void ClientWatch::on_request(const Message& request, Index committed) {
  if (type_of(request.body) != "read") return;
  const Value* key = request.body.find("key");
  if (key == nullptr) return;
  // The same request sent again is the same read, asked when it was asked first.
  open_reads_.try_emplace(request_key(request.src, request.body.integer_or("msg_id", -1)),
                          OpenRead{*key, committed});
}

void ClientWatch::on_reply(const Message& reply, const std::vector<const RaftNode*>& nodes,
                           const RaftNode* answerer, bool committed_something) {
  if (!states_.sees_all()) return;
  const std::string_view type = type_of(reply.body);
  const std::int64_t id = reply.body.integer_or("in_reply_to", -1);
  const std::uint64_t key = request_key(reply.dest, id);
  if ((type == "write_ok" || type == "cas_ok") && !committed_requests_.contains(key)) {
    findings_.report("acknowledged-write",
                     fmt::format("{} tells {} that request {} took effect, and it is not committed",
                                 reply.src, reply.dest, id),
                     why_unfounded(reply, nodes, answerer, committed_something));
  }
  const auto read = open_reads_.find(key);
  if (read == open_reads_.end()) return;
  const OpenRead asked = std::move(read->second);
  open_reads_.erase(read);
  const bool is_missing = type == "error" && reply.body.integer_or("code", -1) == 20;
  if (type != "read_ok" && !is_missing) return;
  const Value* value = reply.body.find("value");
  const std::optional<Value> answer =
      value == nullptr || is_missing ? std::nullopt : std::optional<Value>(*value);
  if (is_possible(asked, answer)) return;
  findings_.report("stale-read",
                   fmt::format("{} answers {} to {} for key {}; entry {} was committed when it was "
                               "asked",
                               reply.src, answer ? answer->to_string() : "missing", reply.dest,
                               asked.key.to_string(), asked.asked_at),
                   why_stale(asked, answer, nodes, answerer));
}

std::vector<std::string> ClientWatch::why_unfounded(const Message& reply,
                                                    const std::vector<const RaftNode*>& nodes,
                                                    const RaftNode* answerer,
                                                    bool committed_something) const {
  const std::int64_t id = reply.body.integer_or("in_reply_to", -1);
  std::size_t holders = 0;
  for (const RaftNode* node : nodes) {
    if (node != nullptr && has_request(node->log(), reply.dest, id)) ++holders;
  }
  std::vector<std::string> facts;
  facts.push_back(holders == 0   ? "no log had it"
                  : holders == 1 ? "only one log had it"
                                 : "several logs had it");
  if (answerer != nullptr && answerer->applied_index() > answerer->commit_index()) {
    facts.push_back("the answerer had applied it");
  }
  if (committed_something) facts.push_back("another request was committed in that step");
  return facts;
}

// The value when it was asked, or any since.
bool ClientWatch::is_possible(const OpenRead& read, const std::optional<Value>& answer) const {
  const auto known = changes_.find(read.key);
  if (known == changes_.end()) return !answer;
  const std::vector<Change>& changes = known->second;
  auto at = std::upper_bound(changes.begin(), changes.end(), read.asked_at,
                             [](Index index, const Change& c) { return index < c.index; });
  if (at == changes.begin()) {
    if (!answer) return true;  // no key has a value before the first entry
  } else {
    --at;
  }
  return std::any_of(at, changes.end(), [&](const Change& c) { return c.value == answer; });
}

std::vector<std::string> ClientWatch::why_stale(const OpenRead& read,
                                                const std::optional<Value>& answer,
                                                const std::vector<const RaftNode*>& nodes,
                                                const RaftNode* answerer) const {
  std::vector<std::string> facts;
  const auto known = changes_.find(read.key);
  const bool was_committed =
      !answer ||
      (known != changes_.end() && std::any_of(known->second.begin(), known->second.end(),
                                              [&](const Change& c) { return c.value == answer; }));
  facts.push_back(was_committed ? "the value was older" : "the value was never committed");
  // A follower passes on what its leader says.
  const RaftNode* reader = answerer;
  for (const RaftNode* node : nodes) {
    if (answerer != nullptr && answerer->role() != Role::leader && node != nullptr &&
        node->name() == answerer->leader()) {
      reader = node;
    }
  }
  if (reader == nullptr) return facts;
  if (reader->term() < elections_.newest_led_term()) {
    facts.push_back("the answerer was no longer the newest leader");
  } else if (reader->log().term_at(reader->commit_index()) != reader->term()) {
    facts.push_back("the answerer had committed nothing in its own term");
  }
  if (reader->holds_lease()) facts.push_back("the answerer held a lease");
  if (elections_.lost_entries_in_a_restart()) facts.push_back("a restart had lost entries");
  return facts;
}

}  // namespace faultrig::raft_kv
