#include "targets/bank_2pc/invariants/client_watch.hpp"

#include <fmt/format.h>

namespace faultrig::bank_2pc {

std::string ClientWatch::key_of(const std::string& client, std::int64_t msg_id) {
  return client + '#' + std::to_string(msg_id);
}

void ClientWatch::on_commit(const Deed& deed, const std::string& request) {
  // Nobody waits any more where the coordinator was restarted in between.
  const std::string key = deed.client.empty() ? request : key_of(deed.client, deed.msg_id);
  const auto [first, is_new] = committed_.try_emplace(key, deed.tx);
  if (!is_new && first->second != deed.tx) {
    findings_.report("one-transaction", fmt::format("request {} commits as {} and as {}", key,
                                                    to_text(first->second), to_text(deed.tx)));
  }
  if (failed_.contains(key) && !repeated_.contains(key)) {
    findings_.report(
        "definite-failure",
        fmt::format("request {} commits as {} and was answered as failed", key, to_text(deed.tx)),
        {"it committed after the answer"});
  }
}

void ClientWatch::on_request(const Message& request) {
  const std::string type = request.body.string_or("type", "");
  total_may_change_ = total_may_change_ || type == "deposit" || type == "withdraw";
  if (type == "read" || request.body.find("request_id") != nullptr) return;
  const std::string key = key_of(request.src, request.body.integer_or("msg_id", -1));
  if (!seen_.insert(key).second) repeated_.insert(key);
  asked_.insert(key);
}

void ClientWatch::on_read(const Message& reply, const Value& balances) {
  if (total_may_change_ || !balances.is_map()) return;
  std::uint64_t sum = 0;
  for (const auto& [account, balance] : balances.as_map()) {
    if (balance.is_integer()) sum += static_cast<std::uint64_t>(balance.as_integer());
  }
  if (sum == static_cast<std::uint64_t>(total_)) return;
  findings_.report(
      "whole-reads",
      fmt::format("{} tells {} of {} in all, and there is {}", reply.src, reply.dest,
                  static_cast<std::int64_t>(sum), total_),
      {sum > static_cast<std::uint64_t>(total_) ? "there was too much" : "there was too little"});
}

void ClientWatch::on_reply(const Message& reply) {
  if (const Value* balances = reply.body.find("balances")) return on_read(reply, *balances);
  const std::int64_t msg_id = reply.body.integer_or("in_reply_to", -1);
  const std::string key = key_of(reply.dest, msg_id);
  if (asked_.erase(key) == 0) return;
  const bool is_committed = committed_.contains(key);
  if (reply.body.string_or("type", "") != "error") {
    if (is_committed) return;
    findings_.report("acknowledged-request",
                     fmt::format("{} tells {} that request {} took effect, and it is not committed",
                                 reply.src, reply.dest, msg_id));
  } else if (is_definite(reply.body.integer_or("code", 13))) {
    failed_.insert(key);
    if (!is_committed || repeated_.contains(key)) return;
    findings_.report("definite-failure",
                     fmt::format("{} tells {} that request {} failed, and it is committed",
                                 reply.src, reply.dest, msg_id),
                     {"it had committed before the answer"});
  }
}

}  // namespace faultrig::bank_2pc
