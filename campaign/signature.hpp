// Hints: does what a run found look like a pitfall that is known?
//
// A signature is what a run shows from outside: which invariants broke and under which
// circumstances, what clients saw, and which kinds of faults had bitten before the first of it. The
// selftest records how often each planted bug showed each feature; a new failure is compared with
// those records (naive Bayes with one pseudo-count, every bug equally likely beforehand). The bug
// switch takes no part: a clean target with a real defect gets the same hints.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "campaign/simulated_run.hpp"

namespace faultrig {

// The features of one failing run: "first election-safety", "broke one-vote", "one-vote: restarted
// between the votes", "linearizable: stale read", "after kill". Sorted, unique.
std::vector<std::string> signature_of(const SimulatedRun& run);

// What the runs that found one bug showed.
struct SignatureRecord {
  std::string bug;
  std::uint64_t runs = 0;
  std::map<std::string, std::uint64_t> features;  // in how many of them
  void add(const std::vector<std::string>& signature);
};

struct Likeness {
  std::string bug;
  double share = 0;  // of the whole likelihood, 0 to 1
};

// The likeliest first; empty when there are no records or no feature that any of them has.
std::vector<Likeness> compare(const std::vector<std::string>& signature,
                              const std::vector<SignatureRecord>& records);

// The hints worth saying: "This looks like `raft-x` (election safety): ...". A pitfall that takes
// less than a fifth of the likelihood is none; at most two are named.
std::vector<std::string> hint_words(const std::vector<Likeness>& likely,
                                    const TargetManifest& manifest);

// One line a record; for the file that travels with a target. Throws UsageError.
std::string to_text(const std::vector<SignatureRecord>& records);
std::vector<SignatureRecord> read_signatures(std::string_view text, const std::string& file);

}  // namespace faultrig
