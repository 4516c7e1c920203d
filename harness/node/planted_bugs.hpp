// Planted bugs of a reference system: the row of its table, the set of those switched on, and names
// to switches. Each target has its own enumeration of them, in the order of its table.
#pragma once

#include <bitset>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace faultrig {

template <typename Bug>
struct BugInfoOf {
  Bug bug;
  std::string_view name;     // "raft-double-vote"
  std::string_view summary;  // what the code does wrong, one sentence
  std::string_view breaks;   // the guarantee
  std::string_view shows;    // the anomaly in which it comes to light
  std::string_view source;
  std::string_view teaches;  // the right rule and why: "this looks like `raft-x`: ..."
};

template <typename Bug, std::size_t count>
class BugSetOf {
 public:
  bool has(Bug bug) const { return on_[static_cast<std::size_t>(bug)]; }
  void add(Bug bug) { on_.set(static_cast<std::size_t>(bug)); }
  bool empty() const { return on_.none(); }

 private:
  std::bitset<count> on_;
};

// "a,b" as its names; of empty text none.
std::vector<std::string> bug_names_in(std::string_view text);
// Throws UsageError with the nearest of the known names.
[[noreturn]] void refuse_bug(const std::string& name, const std::vector<std::string>& known);

// Throws UsageError with the nearest name.
template <typename BugSet, typename Bug>
BugSet bugs_named(const std::vector<std::string>& names, const std::vector<BugInfoOf<Bug>>& all) {
  BugSet bugs;
  for (const std::string& name : names) {
    std::vector<std::string> known;
    bool is_known = false;
    for (const BugInfoOf<Bug>& info : all) {
      known.emplace_back(info.name);
      if (info.name != name) continue;
      bugs.add(info.bug);
      is_known = true;
    }
    if (!is_known) refuse_bug(name, known);
  }
  return bugs;
}

}  // namespace faultrig
