// Why two runs of one seed differ: both are recorded step by step and draw by draw, and compared.
//
// A node that iterates over a hashed container, looks at an address or at a real clock gives other
// effects for the same input; the step at which that happens first names it. A draw that differs
// while all steps before agree names a stream of chance that something else disturbed. Cost: 24
// bytes a step, 16 a draw.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "harness/node/node.hpp"
#include "harness/random.hpp"

namespace faultrig::sim {

// One step of a node, as digests.
struct StepTrace {
  std::chrono::nanoseconds at{};
  std::uint32_t node = 0;
  std::uint64_t input = 0;
  std::uint64_t effects = 0;
  friend bool operator==(const StepTrace&, const StepTrace&) = default;
};

class RunTrace final : public DrawLog {
 public:
  void on_step(const StepTrace& step) { steps_.push_back(step); }
  void on_fork(std::uint64_t parent, std::string_view name, std::uint64_t child) override;
  void on_draw(std::uint64_t stream, std::uint64_t value) override;

  const std::vector<StepTrace>& steps() const { return steps_; }

  // Empty when the runs are the same. Otherwise the first step and the first draw that differ, in
  // words: "step 4711, node n2 at 1.203 s: the same input, other effects".
  friend std::string first_difference(const RunTrace& a, const RunTrace& b);

 private:
  struct Draw {
    std::uint64_t stream = 0;
    std::uint64_t value = 0;
    friend bool operator==(const Draw&, const Draw&) = default;
  };
  std::string name_of(std::uint64_t stream) const;

  std::vector<StepTrace> steps_;
  std::vector<Draw> draws_;
  std::map<std::uint64_t, std::string> names_;  // of streams: "run/node n2/0"
};

std::string first_difference(const RunTrace& a, const RunTrace& b);

}  // namespace faultrig::sim
