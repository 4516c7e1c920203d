// The planted bugs: each is one condition at the place where a person would get it wrong, off
// unless named. The table is what `--help`, the manifest's [[bugs]] and the tests are checked
// against.
#pragma once

#include <bitset>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace faultrig::causal_kv {

enum class Bug {
  no_buffer,
  fifo_only,
  clock_ge,
  increment_on_receive,
  no_relay,
  no_retry,
  ack_before_store,
  no_tie_break,
  local_clock,
  no_dedup,
  clock_lost_at_restart,
  sequence_reused,
  sync_adopts_clock,
  show_before_durable,
};
inline constexpr std::size_t bug_count = 14;

struct BugInfo {
  Bug bug;
  std::string_view name;     // "cb-no-buffer"
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
// "cb-no-buffer,lww-no-tie-break"; empty text is no bug. Throws UsageError with the nearest name.
BugSet parse_bugs(std::string_view text);

}  // namespace faultrig::causal_kv
