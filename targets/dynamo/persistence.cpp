// Persist before promise: what has changed goes to the disk, one write of the disk at a time; what
// changes meanwhile shares the next one and its sync. What somebody waits for is sent once it is
// safe.
#include <utility>

#include "targets/dynamo/dynamo_node.hpp"

namespace faultrig::dynamo {
namespace {

// A file is written anew when it has so many records for each thing that counts, and some more.
constexpr std::size_t records_a_thing = 4;
constexpr std::size_t fewest_records = 2000;

template <typename Map, typename InFlight>
void settle(Map& map, InFlight& in_flight) {
  for (auto& [key, versions] : in_flight) {
    auto& entry = map[key];
    entry.safe = std::move(versions);
    if (entry.safe.empty() && entry.now.empty()) map.erase(key);
  }
  in_flight.clear();
}

}  // namespace

PersistId DynamoNode::set_entry(const Value& key, Versions versions) {
  Entry& entry = entries_[key];
  update_trees(key, entry.now, versions);
  watch_grave(key, versions);
  entry.now = std::move(versions);
  entry.batch = written_ + 1;
  dirty_entries_.insert(key);
  return entry.batch;
}

PersistId DynamoNode::set_hint(const HintKey& hint, Versions versions) {
  Entry& entry = hints_[hint];
  entry.now = std::move(versions);
  if (bugs_.has(Bug::hint_volatile)) {
    entry.safe = entry.now;
    changed_.push_back(hint.second);
    if (entry.now.empty()) hints_.erase(hint);
    return 0;
  }
  entry.batch = written_ + 1;
  dirty_hints_.insert(hint);
  return entry.batch;
}

// Everything that was changed so far is safe with this write.
PersistId DynamoNode::all_safe_with() const {
  const bool is_clean = dirty_entries_.empty() && dirty_hints_.empty();
  return is_clean ? written_ : written_ + 1;
}

void DynamoNode::write_out() {
  const bool is_clean =
      dirty_entries_.empty() && dirty_hints_.empty() && !is_identity_dirty_ && !are_members_dirty_;
  if (is_clean || safe_ < written_) return;
  for (const Value& key : dirty_entries_) entries_in_flight_[key] = entries_[key].now;
  for (const HintKey& hint : dirty_hints_) hints_in_flight_[hint] = hints_[hint].now;
  const std::size_t things = entries_.size() + hints_.size();
  const bool is_long = records_ > fewest_records + records_a_thing * things;
  const bool rewrites = std::exchange(must_rewrite_, false) || is_long;
  std::string bytes = rewrites ? whole_file() : changes();
  dirty_entries_.clear();
  dirty_hints_.clear();
  is_identity_dirty_ = are_members_dirty_ = false;
  const auto kind = rewrites ? DiskWrite::Kind::replace : DiskWrite::Kind::append;
  effects_->persist({++written_, kind, file_name, std::move(bytes), true});
}

std::string DynamoNode::changes() {
  std::string bytes;
  // What is forgotten takes its stamp along, and new ones must be above it.
  bool forgets = is_identity_dirty_;
  for (const auto& [key, versions] : entries_in_flight_) forgets = forgets || versions.empty();
  if (forgets) append_identity(bytes, {nodes_.size(), life_, clock_});
  if (are_members_dirty_) append_members(bytes, members_);
  // The tail may be torn: what is moved must be in its new place before it goes from the old one.
  for (const bool are_empty : {false, true}) {
    for (const auto& [key, versions] : entries_in_flight_) {
      if (versions.empty() == are_empty) append_entry(bytes, key, versions);
    }
    for (const auto& [hint, versions] : hints_in_flight_) {
      if (versions.empty() == are_empty) append_hint(bytes, hint, versions);
    }
  }
  records_ += 2 + entries_in_flight_.size() + hints_in_flight_.size();
  return bytes;
}

std::string DynamoNode::whole_file() {
  std::string bytes;
  append_identity(bytes, {nodes_.size(), life_, clock_});
  append_members(bytes, members_);
  for (const auto& [key, entry] : entries_) {
    if (!entry.now.empty()) append_entry(bytes, key, entry.now);
  }
  for (const auto& [hint, entry] : hints_) {
    const bool is_written = !entry.now.empty() && !bugs_.has(Bug::hint_volatile);
    if (is_written) append_hint(bytes, hint, entry.now);
  }
  records_ = 2 + entries_.size() + hints_.size();
  return bytes;
}

void DynamoNode::on_persisted(PersistId id) {
  if (id != written_ || safe_ == written_) return;
  safe_ = id;
  for (const auto& [key, versions] : entries_in_flight_) changed_.push_back(key);
  for (const auto& [hint, versions] : hints_in_flight_) changed_.push_back(hint.second);
  settle(entries_, entries_in_flight_);
  settle(hints_, hints_in_flight_);
  while (!waiters_.empty() && waiters_.front().batch <= safe_) {
    Waiter waiter = std::move(waiters_.front());
    waiters_.pop_front();
    send(waiter.to, std::move(waiter.message));
  }
}

}  // namespace faultrig::dynamo
