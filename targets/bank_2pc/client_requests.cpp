// Client requests: read and checked here, then given to the coordinator.
//
// Errors tell the truth about effects. A definite one is given for what was never begun (10, 11,
// 12, 20), and for a transaction that this coordinator has decided to abort (22, 30): nobody else
// can decide to commit it. The answer is indefinite (0) where the same request may be under way
// under another number.
#include <fmt/format.h>

#include "targets/bank_2pc/bank_node.hpp"

namespace faultrig::bank_2pc {
namespace {

// Empty when it is an amount that can be moved.
std::string problem_of_amount(const Value* amount) {
  if (amount == nullptr || !amount->is_integer()) {
    return "`amount` is missing or no whole number";
  }
  if (amount->as_integer() >= 1 && amount->as_integer() <= most_money) return "";
  return fmt::format("`amount` is {}, outside 1 to {}", amount->as_integer(), most_money);
}

// What names the request: the client may, so that it can repeat it to another node.
std::string request_of(const Message& message) {
  const Value* id = message.body.find("request_id");
  if (id == nullptr) {
    return fmt::format("{}#{}", message.src, message.body.find("msg_id")->as_integer());
  }
  return "id:" + (id->is_string() ? id->as_string() : id->to_string());
}

}  // namespace

void BankNode::on_client_request(const Message& message) {
  if (message.body.find("in_reply_to") != nullptr) return;
  Task task;
  ErrorCode code = ErrorCode::malformed_request;
  const std::string problem = read_request(message.body, task, code);
  if (!problem.empty()) {
    effects_->send(error_reply(message, code, problem));
    return;
  }
  if (!is_open()) {
    effects_->send(error_reply(message, ErrorCode::temporarily_unavailable, "the node starts"));
    return;
  }
  task.client = message.src;
  task.msg_id = message.body.find("msg_id")->as_integer();
  task.request = request_of(message);
  task.deadline = now_ + config_.request();
  task.tries_left = config_.retries;
  task.writes.empty() ? begin_read(std::move(task)) : begin(std::move(task));
}

// Empty when it went well, else what is wrong.
std::string BankNode::read_request(const Value& body, Task& task, ErrorCode& code) const {
  task.type = body.string_or("type", "");
  const bool is_read = task.type == "read";
  if (!is_read && task.type != "transfer" && task.type != "deposit" && task.type != "withdraw") {
    code = ErrorCode::not_supported;
    return fmt::format("`{}` is not read, transfer, deposit or withdraw", task.type);
  }
  const Value* msg_id = body.find("msg_id");
  if (msg_id == nullptr || !msg_id->is_integer()) return "a request needs an integer `msg_id`";
  const Value* id = body.find("request_id");
  if (id != nullptr && !id->is_string() && !id->is_integer()) {
    return "`request_id` is neither text nor a whole number";
  }
  return is_read ? "" : read_writes(body, task, code);
}

std::string BankNode::read_writes(const Value& body, Task& task, ErrorCode& code) const {
  const auto add = [&](const char* field, bool gains) -> std::string {
    const Value* name = body.find(field);
    if (name == nullptr) return fmt::format("`{}` is missing", field);
    const std::optional<Account> account = account_named(*name, config_.accounts);
    if (account) {
      const Money amount = body.find("amount")->as_integer();
      task.writes.push_back({*account, gains ? amount : -amount});
      return "";
    }
    code = ErrorCode::key_does_not_exist;
    return fmt::format("there is no account {}", name->to_string());
  };
  std::string problem = problem_of_amount(body.find("amount"));
  if (task.type == "transfer") {
    if (problem.empty()) problem = add("from", false);
    if (problem.empty()) problem = add("to", true);
    if (problem.empty() && task.writes[0].account == task.writes[1].account) {
      problem = "`from` and `to` are the same account";
    }
  } else if (problem.empty()) {
    problem = add("account", task.type == "deposit");
  }
  return problem;
}

// A task that a restart took up has nobody who waits.
void BankNode::answer(const Task& task, Value::Map body) {
  if (task.client.empty()) return;
  body.emplace_back("in_reply_to", task.msg_id);
  effects_->send({name(), task.client, Value(std::move(body))});
}

void BankNode::answer_ok(const Task& task) { answer(task, {{"type", task.type + "_ok"}}); }

void BankNode::answer_error(const Task& task, ErrorCode code, const std::string& text) {
  answer(task, {{"type", "error"}, {"code", static_cast<std::int64_t>(code)}, {"text", text}});
}

void BankNode::answer_refused(const Task& task, Answer why) {
  if (why == Answer::repeated) return answer_ok(task);
  if (task.may_be_done) {
    return answer_error(task, ErrorCode::timeout, "the same request may be under way elsewhere");
  }
  switch (why) {
    case Answer::insufficient:
      return answer_error(task, ErrorCode::precondition_failed, "the account holds too little");
    case Answer::overflow:
      return answer_error(task, ErrorCode::precondition_failed, "the account would hold too much");
    case Answer::yes:
      return answer_error(task, ErrorCode::txn_conflict, "aborted: not all votes came in time");
    case Answer::conflict:
    case Answer::repeated:
    case Answer::in_progress:
    case Answer::refused:
      return answer_error(task, ErrorCode::txn_conflict, "aborted: an older transaction was there");
  }
}

}  // namespace faultrig::bank_2pc
