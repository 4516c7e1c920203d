// The planted bugs: each is one condition at the place where a person would get it wrong, off
// unless named. The table is what `--help`, the manifest's [[bugs]] and the tests are checked
// against.
#pragma once

#include <bitset>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace faultrig::bank_2pc {

enum class Bug {
  coordinator_forgets_decision,
  no_durable_prepare,
  abort_after_prepare,
  commit_after_prepare,
  presume_commit,
  early_lock_release,
  read_no_lock,
  duplicate_commit_twice,
  retry_new_txid,
  blocked_for_ever,
};
inline constexpr std::size_t bug_count = 10;

struct BugInfo {
  Bug bug;
  std::string_view name;     // "tpc-read-no-lock"
  std::string_view summary;  // what the code does wrong, one sentence
  std::string_view breaks;   // the guarantee
  std::string_view shows;    // the anomaly in which it comes to light
  std::string_view source;
  std::string_view teaches;  // the right rule and why: "this looks like `tpc-x`: ..."
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
// "tpc-read-no-lock,tpc-presume-commit"; empty text is no bug. Throws UsageError with the nearest
// name.
BugSet parse_bugs(std::string_view text);

}  // namespace faultrig::bank_2pc
