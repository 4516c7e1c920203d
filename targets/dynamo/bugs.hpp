// The planted bugs: each is one condition at the place where a person would get it wrong, off
// unless named. The table is what `--help`, the manifest's [[bugs]] and the tests are checked
// against.
#pragma once

#include <bitset>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace faultrig::dynamo {

enum class Bug {
  r_plus_w_le_n,
  sloppy_stale_read,
  lww_clock_skew,
  no_read_repair,
  delete_without_tombstone,
  tombstone_early_gc,
  hint_volatile,
  sibling_drop,
  vclock_prune,
  merkle_hash_key_only,
};
inline constexpr std::size_t bug_count = 10;

struct BugInfo {
  Bug bug;
  std::string_view name;     // "dynamo-hint-volatile"
  std::string_view summary;  // what the code does wrong, one sentence
  std::string_view breaks;   // the guarantee
  std::string_view shows;    // the anomaly in which it comes to light
  std::string_view source;
  std::string_view teaches;  // the right rule and why
};

// One row a bug, in the order of the enumeration.
const std::vector<BugInfo>& all_bugs();

class BugSet {
 public:
  bool has(Bug bug) const { return on_[static_cast<std::size_t>(bug)]; }
  void add(Bug bug) { on_.set(static_cast<std::size_t>(bug)); }
  bool empty() const { return on_.none(); }

 private:
  std::bitset<bug_count> on_;
};

// Throws UsageError with the nearest name.
Bug bug_named(const std::string& name);
// "dynamo-hint-volatile,dynamo-sibling-drop"; empty text is no bug. Throws UsageError with the
// nearest name.
BugSet parse_bugs(std::string_view text);

}  // namespace faultrig::dynamo
