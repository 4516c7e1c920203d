// Client requests: answered by whichever node is asked, a read at once, a write when it is safe.
//
// Errors tell the truth about effects: all are definite, and are given only for a request that no
// log has taken. A request that comes twice is two requests: there is no second node that could
// hand it on again, and a client of ours never repeats one.
//
// Sessions. A client that stays with one node sees causality by itself: the node shows what it has
// seen so far and puts a new write after all of that. One that moves from node to node hands its
// `seen` on: what an answer says there goes into the next request, and a node that has not got so
// far refuses (11, nothing happened). `seen = []` asks for the first one.
#include "targets/causal_kv/causal_node.hpp"

namespace faultrig::causal_kv {
namespace {

// A session that has seen nothing says so by an empty list.
std::optional<VectorClock> clock_of_session(const Value& seen, std::size_t nodes) {
  if (seen.is_list() && seen.as_list().empty()) return VectorClock(nodes);
  return VectorClock::from_value(seen, nodes);
}

}  // namespace

void CausalNode::on_client_request(const Message& message) {
  if (message.body.find("in_reply_to") != nullptr) return;
  const Value body = with_subject(message.body, config_.keyless_reads);
  const std::string problem = problem_of(body);
  if (!problem.empty()) {
    const bool is_known = is_known_type(body.string_or("type", ""));
    effects_->send(error_reply(
        message, is_known ? ErrorCode::malformed_request : ErrorCode::not_supported, problem));
  } else if (!has_seen_enough(message)) {
    effects_->send(error_reply(message, ErrorCode::temporarily_unavailable,
                               "this node has not seen all that the session has"));
  } else if (std::optional<Change> change = change_in(body)) {
    write(message, *std::move(change));
  } else {
    read(message, body);
  }
}

std::string CausalNode::problem_of(const Value& body) const {
  if (std::string problem = problem_of_request(body); !problem.empty()) return problem;
  const Value* msg_id = body.find("msg_id");
  if (msg_id == nullptr || !msg_id->is_integer()) return "a request needs an integer `msg_id`";
  const Value* seen = body.find("seen");
  if (seen != nullptr && !clock_of_session(*seen, cluster_size())) {
    return "`seen` is not what an answer of this cluster said";
  }
  return "";
}

bool CausalNode::has_seen_enough(const Message& request) const {
  const Value* seen = request.body.find("seen");
  return seen == nullptr || shown_clock_.covers(*clock_of_session(*seen, cluster_size()));
}

void CausalNode::answer(const Message& request, Value::Map body) {
  if (request.body.find("seen") != nullptr) body.emplace_back("seen", shown_clock_.to_value());
  effects_->send(reply_to(request, std::move(body)));
}

void CausalNode::read(const Message& request, const Value& body) {
  switch (*subject_of(body)) {
    case ReadSubject::key:
      return read_key(request, *body.find("key"));
    case ReadSubject::set: {
      Value::List elements(store_.elements().begin(), store_.elements().end());
      return answer(request, {{"type", "read_ok"}, {"value", Value(std::move(elements))}});
    }
    case ReadSubject::counter:
      return answer(request, {{"type", "read_ok"}, {"value", store_.sum()}});
  }
}

void CausalNode::read_key(const Message& request, const Value& key) {
  const Write* found = store_.find(key);
  if (found == nullptr) {
    effects_->send(
        error_reply(request, ErrorCode::key_does_not_exist, "no key " + key.to_string()));
    return;
  }
  answer(request, {{"type", "read_ok"}, {"value", found->value}});
}

void CausalNode::write(const Message& request, Change change) {
  const Sequence sequence = ++own_;
  VectorClock after = dependencies();
  after.set(self_, sequence - 1);
  log_.append(std::make_shared<const Write>(self_, sequence, next_stamp(), std::move(after),
                                            std::move(change.key), std::move(change.value),
                                            change.kind));
  effects_->trace("causal.write", {{"sequence", sequence}});
  waiters_.push_back({log_.size() - 1, request});
}

void CausalNode::acknowledge(const Waiter& waiter) {
  const Write& write = *log_.at(waiter.place);
  Value::Map body{{"type", waiter.request.body.string_or("type", "") + "_ok"}};
  if (write.kind == WriteKind::id) body.emplace_back("id", unique_id(name(), write.sequence));
  answer(waiter.request, std::move(body));
}

// All that is in the log, shown or not: the order of the log is kept everywhere.
VectorClock CausalNode::dependencies() const {
  VectorClock after = log_.clock();
  for (NodeIndex node = 0; node < nodes_.size(); ++node) {
    if (after[node] <= forgotten_[node]) after.set(node, 0);
  }
  return after;
}

Stamp CausalNode::next_stamp() const {
  if (bugs_.has(Bug::local_clock)) {
    return std::chrono::duration_cast<std::chrono::microseconds>(wall_).count();
  }
  return log_.latest_stamp() + 1;
}

}  // namespace faultrig::causal_kv
