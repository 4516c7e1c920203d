#include "targets/dynamo/invariants/client_watch.hpp"

#include <fmt/format.h>

namespace faultrig::dynamo {

void ClientWatch::on_request(const Message& request, NodeIndex asked) {
  if (request.body.string_or("type", "") != "read") return;
  const Value* key = request.body.find("key");
  if (key == nullptr) return;
  const auto written = written_.find({request.src, *key});
  if (written == written_.end()) return;
  std::vector<Expected>& expected =
      open_reads_[{request.src, request.body.integer_or("msg_id", -1)}];
  for (const SharedVersion& version : written->second) {
    expected.push_back({version, shadow_.has(asked, *key, *version)});
  }
}

void ClientWatch::on_answered(const DynamoNode& node, const Operation& operation) {
  if (operation.kind == Kind::read) {
    on_read(node, operation);
    check_repair(node, operation);
  } else {
    on_write(node, operation);
  }
}

void ClientWatch::on_write(const DynamoNode& node, const Operation& operation) {
  const SharedVersion& version = operation.outgoing.front();
  const std::int64_t copies = shadow_.copies(operation.key, *version);
  if (copies < config_.w) {
    findings_.report(
        "acknowledged-durable",
        fmt::format("{} tells {} that {} of key {} is done, and {} of {} disks have it",
                    node.name(), operation.request.src, name_of(*version),
                    operation.key.to_string(), copies, config_.w),
        {operation.looks > 0 ? "owners were silent" : "owners had answered"});
  }
  written_[{operation.request.src, operation.key}].add(version, config_.conflict);
  acknowledged_[operation.key].add(version, config_.conflict);
}

void ClientWatch::on_read(const DynamoNode& node, const Operation& operation) {
  const auto open =
      open_reads_.find({operation.request.src, operation.request.body.integer_or("msg_id", -1)});
  if (open == open_reads_.end()) return;
  std::int64_t owners = 0;
  for (const auto& [who, versions] : operation.answers) owners += operation.is_owner(who) ? 1 : 0;
  const bool is_strong = is_static_ && config_.r + config_.w > config_.n && owners >= config_.r;
  for (const Expected& expected : open->second) {
    if (!is_strong && !expected.is_own_copy) continue;
    if (operation.result.covers(*expected.version, config_.conflict)) continue;
    if (shadow_.is_deleted(operation.key, *expected.version)) continue;
    findings_.report("read-your-writes",
                     fmt::format("{} tells {} {} of key {}, and it had written {}", node.name(),
                                 operation.request.src, operation.result.to_string(),
                                 operation.key.to_string(), name_of(*expected.version)),
                     {expected.is_own_copy ? "its node had it" : "its node did not have it"});
  }
  open_reads_.erase(open);
}

void ClientWatch::check_repair(const DynamoNode& node, const Operation& operation) {
  for (const auto& [who, versions] : operation.answers) {
    if (!operation.is_owner(who) || operation.repaired.contains(who) ||
        versions.covers(operation.result, config_.conflict)) {
      continue;
    }
    findings_.report(
        "read-repair",
        fmt::format("{} reads {} of key {}, sees that {} has only {}, and leaves it so",
                    node.name(), operation.result.to_string(), operation.key.to_string(),
                    node.nodes()[who], versions.to_string()));
  }
}

}  // namespace faultrig::dynamo
