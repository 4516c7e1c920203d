#include "targets/dynamo/versions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "harness/node/hashing.hpp"

namespace faultrig::dynamo {
namespace {

bool is_number(const Value& value, std::int64_t low) {
  return value.is_integer() && value.as_integer() >= low && value.as_integer() <= largest_number;
}

// [actor, counter, past, stamp, [] or [value]]
Value to_value(const Version& version) {
  Value::List contents;
  if (!version.is_tombstone) contents.push_back(version.value);
  return Value::list({Value(version.dot.actor), Value(version.dot.counter), version.past.to_value(),
                      Value(version.stamp), Value(std::move(contents))});
}

SharedVersion version_from_value(const Value& value) {
  if (!value.is_list() || value.as_list().size() != 5) return nullptr;
  const Value::List& parts = value.as_list();
  std::optional<Context> past = Context::from_value(parts[2]);
  if (!is_number(parts[0], 0) || !is_number(parts[1], 1) || !past || !is_number(parts[3], 1) ||
      !parts[4].is_list() || parts[4].as_list().size() > 1) {
    return nullptr;
  }
  std::optional<Value> contents;
  if (!parts[4].as_list().empty()) contents = parts[4].as_list().front();
  return std::make_shared<const Version>(Dot{parts[0].as_integer(), parts[1].as_integer()},
                                         *std::move(past), parts[3].as_integer(),
                                         std::move(contents));
}

}  // namespace

Version::Version(Dot name, Context seen, Stamp time, std::optional<Value> contents)
    : dot(name), past(std::move(seen)), stamp(time), is_tombstone(!contents) {
  if (contents) value = *std::move(contents);
  digest = combine(static_cast<std::uint64_t>(dot.actor), static_cast<std::uint64_t>(dot.counter));
  digest = combine(digest, combine(past.digest(), static_cast<std::uint64_t>(stamp)));
  digest = combine(digest, combine(is_tombstone ? 1 : 0, stable_hash(value)));
}

bool supersedes(const Version& one, const Version& other, Conflict conflict) {
  if (conflict != Conflict::lww) return one.past.covers(other.dot);
  return std::pair(one.stamp, one.dot) > std::pair(other.stamp, other.dot);
}

bool Versions::add(const SharedVersion& version, Conflict conflict) {
  if (covers(*version, conflict)) return false;
  std::erase_if(versions_,
                [&](const SharedVersion& old) { return supersedes(*version, *old, conflict); });
  const auto place = std::lower_bound(
      versions_.begin(), versions_.end(), version,
      [](const SharedVersion& a, const SharedVersion& b) { return a->dot < b->dot; });
  versions_.insert(place, version);
  return true;
}

bool Versions::merge(const Versions& other, Conflict conflict) {
  bool has_changed = false;
  for (const SharedVersion& version : other) has_changed |= add(version, conflict);
  return has_changed;
}

bool Versions::covers(const Version& version, Conflict conflict) const {
  return std::any_of(versions_.begin(), versions_.end(), [&](const SharedVersion& own) {
    return own->dot == version.dot || supersedes(*own, version, conflict);
  });
}

bool Versions::covers(const Versions& other, Conflict conflict) const {
  return std::all_of(other.begin(), other.end(),
                     [&](const SharedVersion& version) { return covers(*version, conflict); });
}

void Versions::remove(const Dot& dot) {
  std::erase_if(versions_, [&](const SharedVersion& version) { return version->dot == dot; });
}

bool Versions::is_deleted() const {
  return !versions_.empty() &&
         std::all_of(versions_.begin(), versions_.end(),
                     [](const SharedVersion& version) { return version->is_tombstone; });
}

std::vector<Value> Versions::values() const {
  std::vector<Value> values;
  for (const SharedVersion& version : versions_) {
    if (!version->is_tombstone) values.push_back(version->value);
  }
  return values;
}

Context Versions::context() const {
  Context context;
  for (const SharedVersion& version : versions_) {
    context.add(version->past);
    context.add(version->dot);
  }
  return context;
}

Stamp Versions::latest_stamp() const {
  Stamp latest = 0;
  for (const SharedVersion& version : versions_) latest = std::max(latest, version->stamp);
  return latest;
}

std::uint64_t Versions::digest() const {
  std::uint64_t sum = 0;
  for (const SharedVersion& version : versions_) sum += version->digest;
  return sum;
}

std::string Versions::to_string() const {
  std::string out;
  for (const SharedVersion& version : versions_) {
    out +=
        fmt::format("{}{}.{}={}", out.empty() ? "" : " ", version->dot.actor, version->dot.counter,
                    version->is_tombstone ? "deleted" : version->value.to_string());
  }
  return out.empty() ? "nothing" : out;
}

Value Versions::to_value() const {
  Value::List list;
  for (const SharedVersion& version : versions_) list.push_back(dynamo::to_value(*version));
  return Value(std::move(list));
}

std::optional<Versions> Versions::from_value(const Value& value) {
  if (!value.is_list()) return std::nullopt;
  Versions result;
  for (const Value& item : value.as_list()) {
    SharedVersion version = version_from_value(item);
    if (version == nullptr) return std::nullopt;
    const bool is_in_order = result.empty() || result.versions_.back()->dot < version->dot;
    if (!is_in_order) return std::nullopt;
    result.versions_.push_back(std::move(version));
  }
  return result;
}

}  // namespace faultrig::dynamo
