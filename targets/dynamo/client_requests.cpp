// Client requests: what is taken, and how it is answered.
//
// Errors tell the truth about effects: 10, 11, 12 and 20 are definite, and 11 is given for a write
// only before a version was made of it. A write that was begun and did not reach W nodes in time
// ends in 0, timeout: it may still take effect.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "harness/node/value_bytes.hpp"
#include "targets/dynamo/dynamo_node.hpp"

namespace faultrig::dynamo {
namespace {

// Readers of JSON go 64 deep (checkers/history/json.hpp), and a value travels wrapped.
constexpr int deepest_value = 32;

std::optional<Kind> kind_of(const std::string& type) {
  if (type == "read") return Kind::read;
  if (type == "write") return Kind::put;
  if (type == "add") return Kind::add;
  if (type == "delete") return Kind::erase;
  return std::nullopt;
}

// The union of sets that did not see each other, in order.
Value union_of(const std::vector<Value>& sets) {
  std::set<Value> elements;
  for (const Value& set : sets) {
    if (set.is_list()) elements.insert(set.as_list().begin(), set.as_list().end());
  }
  return Value(Value::List(elements.begin(), elements.end()));
}

// What a client hands back with its next write. It names its key: seen of another key, the same
// numbers would mean other versions, and a write would replace what its client has not seen.
Value token_of(const Value& key, const Context& context) {
  return Value::map({{"key", key}, {"seen", context.to_value()}});
}

}  // namespace

std::optional<Context> DynamoNode::context_in(const Value& body) {
  const Value* token = body.find("context");
  if (token == nullptr) return Context();
  const Value* key = token->find("key");
  const Value* seen = token->find("seen");
  if (key == nullptr || seen == nullptr || *key != *body.find("key")) return std::nullopt;
  return Context::from_value(*seen);
}

void DynamoNode::on_client_request(const Message& message) {
  if (message.body.find("in_reply_to") != nullptr) return;
  const std::string type = message.body.string_or("type", "");
  if (type == "join" || type == "leave") {
    change_members(message);
    return;
  }
  const std::optional<Kind> kind = kind_of(type);
  if (!kind || (*kind == Kind::add && config_.conflict != Conflict::merge)) {
    effects_->send(
        error_reply(message, ErrorCode::not_supported, fmt::format("`{}` is not done here", type)));
  } else if (const std::string problem = problem_of(message); !problem.empty()) {
    effects_->send(error_reply(message, ErrorCode::malformed_request, problem));
  } else if (safe_ == 0) {
    effects_->send(
        error_reply(message, ErrorCode::temporarily_unavailable, "this node is just starting"));
  } else {
    begin(*kind, message);
  }
}

std::string DynamoNode::problem_of(const Message& request) const {
  const Value& body = request.body;
  const std::string type = body.string_or("type", "");
  if (is_deeper_than(body, deepest_value)) {
    return fmt::format("a {} is nested more than {} deep", type, deepest_value);
  }
  if (body.find("key") == nullptr) return fmt::format("a {} needs a field `key`", type);
  if (type == "add" && body.find("element") == nullptr) return "an add needs a field `element`";
  const Value* value = body.find("value");
  if (type == "write" && value == nullptr) return "a write needs a field `value`";
  if (type == "write" && config_.conflict == Conflict::merge && !value->is_list()) {
    return "a set is written as a list of its elements";
  }
  const Value* msg_id = body.find("msg_id");
  if (msg_id == nullptr || !msg_id->is_integer()) return "a request needs an integer `msg_id`";
  if (!context_in(body)) return "`context` is not what an answer about this key said";
  return "";
}

// {"type":"leave","node":"n3"}: any node can be told of any other.
void DynamoNode::change_members(const Message& request) {
  const std::string type = request.body.string_or("type", "");
  const std::string whom = request.body.string_or("node", "");
  const auto at = std::find(nodes_.begin(), nodes_.end(), whom);
  if (at == nodes_.end()) {
    effects_->send(error_reply(request, ErrorCode::malformed_request,
                               fmt::format("there is no node `{}`", whom)));
    return;
  }
  Members members = members_;
  members.set(static_cast<NodeIndex>(at - nodes_.begin()), type == "join");
  if (members.count() < static_cast<std::size_t>(config_.n)) {
    effects_->send(error_reply(request, ErrorCode::precondition_failed,
                               fmt::format("{} members must stay", config_.n)));
    return;
  }
  handle(self_, MembersAre{members});
  effects_->send(reply_to(request, {{"type", type + "_ok"}}));
}

void DynamoNode::answer(Operation& operation) {
  operation.phase = Operation::Phase::closing;
  answered_.push_back({operation});
  Value::Map body;
  if (operation.kind == Kind::read) {
    body = read_answer(operation);
  } else {
    body.emplace_back("type", operation.request.body.string_or("type", "") + "_ok");
    if (config_.conflict == Conflict::siblings) {
      body.emplace_back("context", token_of(operation.key, operation.outgoing.context()));
    }
  }
  effects_->send(reply_to(operation.request, std::move(body)));
}

Value::Map DynamoNode::read_answer(const Operation& operation) const {
  const std::vector<Value> values = operation.result.values();
  if (config_.conflict == Conflict::merge) {
    return {{"type", "read_ok"}, {"value", union_of(values)}};
  }
  Value::Map body;
  if (values.empty()) {
    body = {{"type", "error"},
            {"code", static_cast<std::int64_t>(ErrorCode::key_does_not_exist)},
            {"text", "no key " + operation.key.to_string()}};
  } else if (values.size() == 1) {
    body = {{"type", "read_ok"}, {"value", values.front()}};
  } else {
    body = {{"type", "read_ok"}, {"values", Value(Value::List(values.begin(), values.end()))}};
  }
  if (config_.conflict == Conflict::siblings) {
    body.emplace_back("context", token_of(operation.key, operation.result.context()));
  }
  return body;
}

// The time is up.
void DynamoNode::refuse(const Operation& operation) {
  const bool has_begun = operation.kind != Kind::read && !operation.outgoing.empty();
  const ErrorCode code = has_begun ? ErrorCode::timeout : ErrorCode::temporarily_unavailable;
  effects_->send(error_reply(operation.request, code,
                             has_begun ? "too few nodes have stored it" : "too few nodes answer"));
}

}  // namespace faultrig::dynamo
