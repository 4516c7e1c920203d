#include "targets/causal_kv/invariants/promise_watch.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace faultrig::causal_kv {
namespace {

std::pair<std::string, std::int64_t> key_of(const std::string& client, const Value& body,
                                            const char* field) {
  return {client, body.integer_or(field, -1)};
}

bool has_type(const Value& body, std::string_view wanted) {
  const Value* type = body.find("type");
  return type != nullptr && type->is_string() && type->as_string() == wanted;
}

}  // namespace

void PromiseWatch::on_start(const Step& step) {
  const Seen& before = step.seen;
  const WriteLog& log = step.node.log();
  const std::size_t common = std::min(before.log.size(), log.size());
  std::size_t same = 0;
  while (same < common && before.log[same]->digest == log.at(same)->digest) ++same;
  const Sequence own = log.clock()[step.node.index()];
  if (same < before.shown || own < before.acknowledged) {
    findings_.report("durable-promise",
                     fmt::format("{} restarts with {} of the {} writes that it had shown",
                                 step.node.name(), std::min(same, before.shown), before.shown),
                     {own < before.acknowledged ? "an acknowledged write was missing"
                                                : "only writes that it had shown were missing"});
  }
  shadow_.forget_from(step.node.index(), own + 1);
}

void PromiseWatch::on_request(const Message& request) {
  if (!has_type(request.body, "write")) return;
  const Value* key = request.body.find("key");
  const Value* value = request.body.find("value");
  if (key == nullptr || value == nullptr) return;
  open_writes_[key_of(request.src, request.body, "msg_id")] = {*key, *value};
}

void PromiseWatch::on_reply(const Message& reply, const CausalNode& answerer) {
  const auto asked = open_writes_.find(key_of(reply.dest, reply.body, "in_reply_to"));
  if (asked == open_writes_.end()) return;
  const Asked write = std::move(asked->second);
  open_writes_.erase(asked);
  if (!has_type(reply.body, "write_ok")) return;
  Seen& seen = shadow_.seen(answerer.index());
  for (std::size_t place = seen.shown; place > 0; --place) {
    const Write& shown = *seen.log[place - 1];
    if (shown.origin != answerer.index() || shown.key != write.key || shown.value != write.value) {
      continue;
    }
    seen.acknowledged = std::max(seen.acknowledged, shown.sequence);
    return;
  }
  findings_.report("acknowledged-write",
                   fmt::format("{} tells {} that its write of key {} is done, and does not show it",
                               reply.src, reply.dest, write.key.to_string()));
}

}  // namespace faultrig::causal_kv
