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

ClientWatch::Changes& ClientWatch::changes_of(const Place& place) {
  if (place.subject == ReadSubject::set) return set_changes_;
  if (place.subject == ReadSubject::counter) return counter_changes_;
  return register_changes_[*place.key];
}

const ClientWatch::Changes* ClientWatch::find_changes(const Place& place) const {
  if (place.subject == ReadSubject::set) return &set_changes_;
  if (place.subject == ReadSubject::counter) return &counter_changes_;
  const auto known = register_changes_.find(*place.key);
  return known == register_changes_.end() ? nullptr : &known->second;
}

void ClientWatch::on_commit(Index index, const Value& command) {
  const Value* client = command.find("client");
  const Value* operation = command.find("operation");
  if (client == nullptr || !client->is_string() || operation == nullptr) return;
  committed_requests_.insert(request_key(client->as_string(), command.integer_or("id", -1)));
  for_each_place(*operation, false, [&](const Place& place) {
    Content content = content_of(place, states_.machine());
    Changes& changes = changes_of(place);
    if (!changes.empty() && changes.back().content == content) return;
    changes.push_back({index, std::move(content)});
  });
}

void ClientWatch::on_request(const Message& request, Index committed) {
  Value operation = with_subject(request.body, keyless_reads_);
  if (!kind_of(operation)) return;
  const std::uint64_t key = request_key(request.src, request.body.integer_or("msg_id", -1));
  if (!is_read(operation)) {
    if (type_of(operation) == "txn") changing_transactions_.insert(key);
    return;
  }
  // The same request sent again is the same read, asked when it was asked first.
  open_reads_.try_emplace(key, OpenRead{std::move(operation), committed});
}

// Whether it says that a change took effect.
bool ClientWatch::is_acknowledgement(const Value& reply, std::uint64_t request) const {
  const std::string_view type = type_of(reply);
  if (type == "txn_ok") return changing_transactions_.contains(request);
  return type == "write_ok" || type == "cas_ok" || type == "add_ok" || type == "enqueue_ok" ||
         type == "dequeue_ok" || type == "generate_ok";
}

void ClientWatch::on_reply(const Message& reply, const std::vector<const RaftNode*>& nodes,
                           const RaftNode* answerer, bool committed_something) {
  if (!states_.sees_all()) return;
  const std::int64_t id = reply.body.integer_or("in_reply_to", -1);
  const std::uint64_t key = request_key(reply.dest, id);
  if (is_acknowledgement(reply.body, key) && !committed_requests_.contains(key)) {
    findings_.report("acknowledged-write",
                     fmt::format("{} tells {} that request {} took effect, and it is not committed",
                                 reply.src, reply.dest, id),
                     why_unfounded(reply, nodes, answerer, committed_something));
  }
  const auto read = open_reads_.find(key);
  if (read == open_reads_.end()) return;
  const OpenRead asked = std::move(read->second);
  open_reads_.erase(read);
  check_read(asked, reply, nodes, answerer);
}

void ClientWatch::check_read(const OpenRead& read, const Message& reply,
                             const std::vector<const RaftNode*>& nodes, const RaftNode* answerer) {
  std::size_t number = 0;
  for_each_place(read.operation, true, [&](const Place& place) {
    const std::optional<Content> answer = answer_in(reply.body, place, number++);
    if (!answer || is_possible(place, read.asked_at, *answer)) return;
    findings_.report("stale-read",
                     fmt::format("{} answers {} to {} for {}; entry {} was committed when it was "
                                 "asked",
                                 reply.src, in_words(place, *answer), reply.dest, place.to_string(),
                                 read.asked_at),
                     why_stale(place, *answer, nodes, answerer));
  });
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

// What it was when it was asked, or at any time since.
bool ClientWatch::is_possible(const Place& place, Index asked_at, const Content& answer) const {
  const Changes* changes = find_changes(place);
  if (changes == nullptr) return !answer;
  auto at = std::upper_bound(changes->begin(), changes->end(), asked_at,
                             [](Index index, const Change& c) { return index < c.index; });
  if (at == changes->begin()) {
    if (!answer) return true;  // before the first entry there is nothing
  } else {
    --at;
  }
  return std::any_of(at, changes->end(), [&](const Change& c) { return c.content == answer; });
}

std::vector<std::string> ClientWatch::why_stale(const Place& place, const Content& answer,
                                                const std::vector<const RaftNode*>& nodes,
                                                const RaftNode* answerer) const {
  std::vector<std::string> facts;
  const Changes* changes = find_changes(place);
  const bool was_committed =
      !answer ||
      (changes != nullptr && std::any_of(changes->begin(), changes->end(),
                                         [&](const Change& c) { return c.content == answer; }));
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
