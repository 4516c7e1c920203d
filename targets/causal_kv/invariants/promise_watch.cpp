#include "targets/causal_kv/invariants/promise_watch.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace faultrig::causal_kv {
namespace {

std::pair<std::string, std::int64_t> key_of(const std::string& client, const Value& body,
                                            const char* field) {
  return {client, body.integer_or(field, -1)};
}

// Errors are refusals: nothing was done.
bool is_acknowledgement(const Value& reply) {
  const std::string type = reply.string_or("type", "");
  return type == "write_ok" || type == "add_ok" || type == "generate_ok";
}

bool is_it(const Write& write, const Change& change, const Message& reply) {
  if (write.kind != change.kind || write.key != change.key || write.value != change.value) {
    return false;
  }
  return change.kind != WriteKind::id ||
         reply.body.string_or("id", "") == unique_id(reply.src, write.sequence);
}

std::string in_words(const Change& change) {
  switch (change.kind) {
    case WriteKind::put:
      return fmt::format("its write of key {}", change.key.to_string());
    case WriteKind::element:
      return fmt::format("its add of element {}", change.value.to_string());
    case WriteKind::delta:
      return fmt::format("its add of {}", change.value.to_string());
    case WriteKind::id:
      return "its id";
  }
  return "?";
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
  std::optional<Change> change = change_in(request.body);
  if (!change) return;
  open_changes_[key_of(request.src, request.body, "msg_id")] = *std::move(change);
}

void PromiseWatch::on_reply(const Message& reply, const CausalNode& answerer) {
  const auto asked = open_changes_.find(key_of(reply.dest, reply.body, "in_reply_to"));
  if (asked == open_changes_.end()) return;
  const Change change = std::move(asked->second);
  open_changes_.erase(asked);
  if (!is_acknowledgement(reply.body)) return;
  Seen& seen = shadow_.seen(answerer.index());
  for (std::size_t place = seen.shown; place > 0; --place) {
    const Write& shown = *seen.log[place - 1];
    if (shown.origin != answerer.index() || !is_it(shown, change, reply)) continue;
    seen.acknowledged = std::max(seen.acknowledged, shown.sequence);
    return;
  }
  findings_.report("acknowledged-write",
                   fmt::format("{} tells {} that {} is done, and does not show it", reply.src,
                               reply.dest, in_words(change)));
}

}  // namespace faultrig::causal_kv
