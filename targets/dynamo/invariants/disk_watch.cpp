#include "targets/dynamo/invariants/disk_watch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace faultrig::dynamo {
namespace {

bool is_in_some_hint(const Held& held, const Version& version, Conflict conflict) {
  return std::any_of(held.hints.begin(), held.hints.end(),
                     [&](const auto& hint) { return hint.second.covers(version, conflict); });
}

bool is_there(const Versions& versions, const Version& version) {
  return std::any_of(versions.begin(), versions.end(),
                     [&](const SharedVersion& each) { return each->dot == version.dot; });
}

}  // namespace

void DiskWatch::on_start(const DynamoNode& node) {
  std::map<Value, Held>& all = shadow_.of(node.index());
  for (const auto& [key, before] : all) check_kept(node, key, before);
  all.clear();
  for (const Value& key : node.changed()) {
    Held held = held_by(node, key);
    held.had = held.store.context();
    all[key] = std::move(held);
  }
}

// What the disk lacks may have been given up by a write that was done and not confirmed.
void DiskWatch::check_kept(const DynamoNode& node, const Value& key, const Held& before) {
  const Held now = held_by(node, key);
  for (const SharedVersion& version : before.store) {
    if (is_kept(now, *version) || may_forget(node, key, *version)) continue;
    findings_.report("durable-promise",
                     fmt::format("{} restarts with {} of key {}, and had {} safe", node.name(),
                                 now.store.to_string(), key.to_string(), before.store.to_string()),
                     {"an entry was missing"});
  }
  for (const auto& [owner, versions] : before.hints) {
    for (const SharedVersion& version : versions) {
      if (is_given_up(key, owner, *version, now) || may_forget(node, key, *version)) continue;
      findings_.report("durable-promise",
                       fmt::format("{} restarts without the hint of key {} for {}: {}", node.name(),
                                   key.to_string(), node.nodes()[owner], name_of(*version)),
                       {"a hint was missing"});
    }
  }
}

void DiskWatch::on_changed(const DynamoNode& node, const Value& key) {
  Held& before = shadow_.of(node.index())[key];
  Held now = held_by(node, key);
  check_store(node, key, before, now);
  check_hints(node, key, before, now);
  check_new(node, key, before, now);
  now.had = before.had;
  now.had.add(now.store.context());
  before = std::move(now);
}

bool DiskWatch::is_kept(const Held& now, const Version& version) const {
  return now.store.covers(version, shadow_.conflict()) ||
         is_in_some_hint(now, version, shadow_.conflict());
}

// The hint is there, or its owner has taken over what it said. After a change of members it may be
// kept for others, or by this node as an owner.
bool DiskWatch::is_given_up(const Value& key, NodeIndex owner, const Version& version,
                            const Held& now) const {
  const auto hint = now.hints.find(owner);
  const bool is_kept_on =
      hint != now.hints.end() && hint->second.covers(version, shadow_.conflict());
  return is_kept_on || shadow_.has(owner, key, version) || (!is_static_ && is_kept(now, version));
}

// A tombstone that nobody needs any more may go, and so may nothing else.
bool DiskWatch::may_forget(const DynamoNode& node, const Value& key, const Version& version) {
  if (!version.is_tombstone) return false;
  const std::optional<NodeIndex> keeper = shadow_.with_older(key, version);
  if (keeper) {
    findings_.report(
        "deleted-stays-deleted",
        fmt::format("{} forgets that key {} was deleted, and {} still has what was deleted",
                    node.name(), key.to_string(), node.nodes()[*keeper]),
        {"a tombstone was dropped too early"});
  }
  return true;
}

void DiskWatch::check_store(const DynamoNode& node, const Value& key, const Held& before,
                            const Held& now) {
  for (const SharedVersion& version : before.store) {
    if (is_kept(now, *version) || may_forget(node, key, *version)) continue;
    findings_.report("lost-value",
                     fmt::format("{} drops {} of key {}, and has {} now", node.name(),
                                 name_of(*version), key.to_string(), now.store.to_string()),
                     {now.store.empty() ? "nothing was left" : "something else was left"});
  }
}

void DiskWatch::check_hints(const DynamoNode& node, const Value& key, const Held& before,
                            const Held& now) {
  for (const auto& [owner, versions] : before.hints) {
    for (const SharedVersion& version : versions) {
      if (is_given_up(key, owner, *version, now) || may_forget(node, key, *version)) continue;
      findings_.report(
          "hint-delivered",
          fmt::format("{} drops the hint {} of key {}, and {} does not have it", node.name(),
                      name_of(*version), key.to_string(), node.nodes()[owner]));
    }
  }
}

void DiskWatch::check_new(const DynamoNode& node, const Value& key, const Held& before,
                          const Held& now) {
  if (!is_static_) return;  // who has handed a key on may be given it again as an owner
  for (const SharedVersion& version : now.store) {
    if (is_there(before.store, *version) || !before.had.covers(version->dot)) continue;
    if (version->is_tombstone) continue;  // it says again what is true
    const bool was_deleted = shadow_.is_deleted(key, *version);
    findings_.report(
        was_deleted ? "deleted-stays-deleted" : "no-return",
        fmt::format("{} has {} of key {} again, which was {}", node.name(), name_of(*version),
                    key.to_string(), was_deleted ? "deleted" : "overwritten"),
        {"it came back to a node"});
  }
}

}  // namespace faultrig::dynamo
