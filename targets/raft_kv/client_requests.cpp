// Client requests: served by the leader, handed on to it by everybody else.
//
// Errors tell the truth about effects. Definite ones (11, 12) are given only for a request that no
// log has taken. Once an entry is in a log, even a leader that was deposed cannot know whether its
// successor has it too: then the answer is indefinite (0). A request handed on may have arrived
// twice, so whoever refuses it cannot speak for the other copy: a write is then indefinite as well.
#include <fmt/format.h>

#include "targets/raft_kv/raft_node.hpp"

namespace faultrig::raft_kv {
namespace {

constexpr std::size_t most_handed = 10000;

}  // namespace

void RaftNode::on_client_request(const Message& message) {
  if (message.body.find("in_reply_to") != nullptr) return;
  const Value body = with_subject(message.body, config_.keyless_reads);
  std::string problem = problem_of_operation(body);
  if (!problem.empty() && !is_known_type(message.body.string_or("type", ""))) {
    effects_->send(error_reply(message, ErrorCode::not_supported, problem));
    return;
  }
  const Value* msg_id = message.body.find("msg_id");
  if (problem.empty() && (msg_id == nullptr || !msg_id->is_integer())) {
    problem = "a request needs an integer `msg_id`";
  }
  if (!problem.empty()) {
    effects_->send(error_reply(message, ErrorCode::malformed_request, problem));
    return;
  }
  serve({message.src, msg_id->as_integer(), "", 0}, operation_of(body));
}

void RaftNode::serve(const Requester& requester, const Value& operation) {
  if (role_ == Role::leader) {
    if (is_read(operation)) {
      request_read({requester, operation});
    } else {
      propose(requester, operation);
    }
  } else if (!requester.follower.empty()) {
    answer_error(requester,
                 is_read(operation) ? ErrorCode::temporarily_unavailable : ErrorCode::timeout,
                 "the node it was handed to is not the leader");
  } else if (leader_.empty()) {
    answer_error(requester, ErrorCode::temporarily_unavailable, "no leader is known");
  } else {
    forward(requester, operation);
  }
}

void RaftNode::propose(const Requester& requester, const Value& operation) {
  const Command command{requester.client, requester.msg_id, operation};
  if (const std::optional<Value> reply = machine_.repeated(command)) {
    answer(requester, *reply);
    return;
  }
  if (log_.last_index() - commit_ >= config_.uncommitted_entries) {
    answer_error(
        requester,
        requester.follower.empty() ? ErrorCode::temporarily_unavailable : ErrorCode::timeout,
        fmt::format("{} entries wait to be committed", log_.last_index() - commit_));
    return;
  }
  const std::optional<Value> early =
      bugs_.has(Bug::ack_before_commit) ? foregone_reply(operation) : std::nullopt;
  if (early) {
    answer(requester, *early);
  } else {
    waiters_.emplace(log_.last_index() + 1, Waiter{hard_.term, requester});
  }
  append_own(command.to_value());
}

void RaftNode::forward(const Requester& requester, const Value& operation) {
  // An entry whose answer was lost stays until the leader changes; the oldest make room.
  if (handed_.size() >= most_handed) handed_.erase(handed_.begin());
  const std::int64_t id = ++next_forward_id_;
  handed_[id] = {requester, is_read(operation)};
  Value::Map request = operation.as_map();
  request.emplace_back("msg_id", requester.msg_id);
  send(leader_, Forward{id, requester.client, Value(std::move(request))});
}

void RaftNode::handle(const NodeName& from, const Forward& message) {
  const Value* msg_id = message.request.find("msg_id");
  if (msg_id == nullptr || !msg_id->is_integer() ||
      !problem_of_operation(message.request).empty()) {
    return;
  }
  serve({message.client, msg_id->as_integer(), from, message.id}, operation_of(message.request));
}

void RaftNode::handle(const NodeName&, const ForwardReply& message) {
  const auto at = handed_.find(message.id);
  if (at == handed_.end()) return;  // given up, or answered by the first of two copies
  effects_->send({self_, at->second.requester.client, message.reply});
  handed_.erase(at);
}

// The leader they were handed to is not followed any more. Its answers may still be under way; they
// will find nobody.
void RaftNode::give_up_forwarded() {
  const std::map<std::int64_t, Handed> given_up = std::move(handed_);
  handed_.clear();
  for (const auto& [id, handed] : given_up) {
    answer_error(handed.requester,
                 handed.is_read ? ErrorCode::temporarily_unavailable : ErrorCode::timeout,
                 "the leader it was handed to is gone");
  }
}

void RaftNode::answer(const Requester& requester, const Value& reply) {
  Value::Map body;
  body.reserve(reply.as_map().size() + 1);
  body.emplace_back("in_reply_to", requester.msg_id);
  body.insert(body.end(), reply.as_map().begin(), reply.as_map().end());
  if (requester.follower.empty()) {
    effects_->send({self_, requester.client, Value(std::move(body))});
  } else {
    send(requester.follower, ForwardReply{requester.forward_id, Value(std::move(body))});
  }
}

void RaftNode::answer_error(const Requester& requester, ErrorCode code, const std::string& text) {
  answer(
      requester,
      Value::map({{"type", "error"}, {"code", static_cast<std::int64_t>(code)}, {"text", text}}));
}

// Waiters stay when leadership is lost: the successor may commit the very entry, and then the
// answer is certain after all. They are told by term that it is theirs and not one in its place.
void RaftNode::answer_applied(Index index, const Entry& entry, const Value& reply) {
  const auto [first, last] = waiters_.equal_range(index);
  for (auto at = first; at != last; ++at) {
    const bool is_own = at->second.term == entry.term || bugs_.has(Bug::respond_by_index_only);
    if (is_own && reply.is_map()) {
      answer(at->second.requester, reply);
    } else {
      answer_error(at->second.requester, ErrorCode::timeout, "another entry took its place");
    }
  }
  waiters_.erase(first, last);
}

void RaftNode::answer_lost_from(Index first, Index last) {
  if (bugs_.has(Bug::respond_by_index_only)) return;  // they go on waiting at their index
  const auto begin = waiters_.lower_bound(first);
  const auto end = waiters_.upper_bound(last);
  for (auto at = begin; at != end; ++at) {
    answer_error(at->second.requester, ErrorCode::timeout, "leadership was lost; outcome unknown");
  }
  waiters_.erase(begin, end);
}

}  // namespace faultrig::raft_kv
