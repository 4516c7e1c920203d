// What a key holds: versions, each with what its writer had seen, and none that another one of them
// supersedes. A deletion is a version too, a tombstone.
//
// The conflict rule says which of two supersedes the other. `siblings` and `merge`: the one that
// was made after seeing the other, and of two that did not see each other both stay (Dynamo,
// section 4.4); `merge` differs only in what clients are shown, the union of the sets. `lww`: the
// one with the later stamp, of equal stamps the later dot. Merging is associative, commutative and
// idempotent under each. Cost: quadratic in the siblings, which are few.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "targets/dynamo/context.hpp"

namespace faultrig::dynamo {

enum class Conflict { siblings, lww, merge };
using Stamp = std::int64_t;  // from 1

struct Version {
  Dot dot;
  Context past;  // what its writer had seen of the key
  Stamp stamp = 0;
  bool is_tombstone = false;
  Value value;               // nil of a tombstone
  std::uint64_t digest = 0;  // of all of the above, made once

  Version(Dot name, Context seen, Stamp time, std::optional<Value> contents);
};

// Immutable: one object in stores, hints and messages.
using SharedVersion = std::shared_ptr<const Version>;

bool supersedes(const Version& one, const Version& other, Conflict conflict);

class Versions {
 public:
  Versions() = default;
  explicit Versions(SharedVersion only) : versions_{std::move(only)} {}

  // False when it was there already, or something that supersedes it.
  bool add(const SharedVersion& version, Conflict conflict);
  bool merge(const Versions& other, Conflict conflict);
  // This version is there, or one that supersedes it.
  bool covers(const Version& version, Conflict conflict) const;
  bool covers(const Versions& other, Conflict conflict) const;
  void remove(const Dot& dot);

  bool empty() const { return versions_.empty(); }
  std::size_t size() const { return versions_.size(); }
  auto begin() const { return versions_.begin(); }
  auto end() const { return versions_.end(); }
  const SharedVersion& front() const { return versions_.front(); }
  bool is_deleted() const;            // only tombstones, at least one
  std::vector<Value> values() const;  // of what is not deleted, in the order of the dots
  Context context() const;            // all of them and all that they have seen
  Stamp latest_stamp() const;         // 0 of nothing
  // Equal contents have equal digests; 0 of nothing.
  std::uint64_t digest() const;
  // "3.2=5 4.1=deleted", for people.
  std::string to_string() const;

  Value to_value() const;
  // Nothing when the value is no list of versions.
  static std::optional<Versions> from_value(const Value& value);

  friend bool operator==(const Versions& a, const Versions& b) { return a.digest() == b.digest(); }

 private:
  std::vector<SharedVersion> versions_;  // sorted by dot
};

}  // namespace faultrig::dynamo
