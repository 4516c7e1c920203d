#include "harness/sim/double_run.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace faultrig::sim {

void RunTrace::on_fork(std::uint64_t parent, std::string_view name, std::uint64_t child) {
  const auto at = names_.find(parent);
  names_[child] = at == names_.end() ? std::string(name) : fmt::format("{}/{}", at->second, name);
}

void RunTrace::on_draw(std::uint64_t stream, std::uint64_t value) {
  draws_.push_back({stream, value});
}

std::string RunTrace::name_of(std::uint64_t stream) const {
  const auto at = names_.find(stream);
  return at == names_.end() ? fmt::format("{:016x}", stream) : at->second;
}

namespace {

// Which of the two lists differs first, and where; `size` of the shorter when one is a prefix.
template <typename T>
std::size_t first_mismatch(const std::vector<T>& a, const std::vector<T>& b) {
  const std::size_t common = std::min(a.size(), b.size());
  const auto end = a.begin() + static_cast<std::ptrdiff_t>(common);
  return static_cast<std::size_t>(std::mismatch(a.begin(), end, b.begin()).first - a.begin());
}

std::string describe_step(const std::vector<StepTrace>& a, const std::vector<StepTrace>& b,
                          std::size_t at) {
  if (at >= a.size() || at >= b.size()) {
    return fmt::format("one run took {} steps, the other {}", a.size(), b.size());
  }
  const StepTrace& step = a[at];
  const char* what = step.at != b[at].at || step.node != b[at].node
                         ? "another node, or another instant"
                     : step.input != b[at].input ? "another input"
                                                 : "the same input, other effects: the node is not "
                                                   "deterministic (a hashed container's order, an "
                                                   "address, a clock or chance of its own)";
  return fmt::format("step {}, node n{} at {:.6f} s: {}", at + 1, step.node + 1,
                     static_cast<double>(step.at.count()) / 1e9, what);
}

}  // namespace

std::string first_difference(const RunTrace& a, const RunTrace& b) {
  std::string text;
  if (a.steps_ != b.steps_) {
    text = "first step that differs: " +
           describe_step(a.steps_, b.steps_, first_mismatch(a.steps_, b.steps_));
  }
  if (a.draws_ == b.draws_) return text;
  const std::size_t at = first_mismatch(a.draws_, b.draws_);
  if (!text.empty()) text += "\n";
  if (at >= a.draws_.size() || at >= b.draws_.size()) {
    return text + fmt::format("one run drew {} times, the other {}; all draws before agree",
                              a.draws_.size(), b.draws_.size());
  }
  const RunTrace::Draw& left = a.draws_[at];
  const RunTrace::Draw& right = b.draws_[at];
  return text + fmt::format(
                    "first draw that differs: number {}, {:016x} of stream {} in one run, "
                    "{:016x} of stream {} in the other",
                    at + 1, left.value, a.name_of(left.stream), right.value,
                    b.name_of(right.stream));
}

}  // namespace faultrig::sim
