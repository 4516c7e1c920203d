#include "reports/faults_in_force.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "reports/words.hpp"

namespace faultrig {
namespace {

constexpr std::size_t shown_faults = 8;

}  // namespace

std::string faults_in_force(const RunRecord& record, std::span<const Operation> operations,
                            const FaultRemark& remark) {
  if (operations.empty()) return "";
  Time from = operations.front().invoke_time;
  Time to = ended_at(operations.front());
  for (const Operation& operation : operations) {
    from = std::min(from, operation.invoke_time);
    to = std::max(to, ended_at(operation));
  }
  std::vector<const FaultRecord*> faults;
  for (const FaultRecord& fault : record.faults) {
    if (fault.bit && in_force(fault, from, to)) faults.push_back(&fault);
  }
  if (faults.empty()) {
    return record.faults.empty() ? "" : "\nNo fault was in force at that time.\n";
  }
  std::string text = "\nFaults in force at that time\n";
  const std::size_t hidden = faults.size() > shown_faults ? faults.size() - shown_faults : 0;
  if (hidden > 0) text += fmt::format("  ({} earlier ones left out)\n", hidden);
  for (std::size_t i = hidden; i < faults.size(); ++i) {
    const FaultRecord& fault = *faults[i];
    std::string line = fmt::format("#{} {}", fault.id, fault_clause(fault));
    if (!fault.evidence.empty()) line += fmt::format(" ({})", evidence_words(fault));
    text += "  " + wrapped(line, "     ").substr(5);
    const std::string more = remark ? remark(fault) : "";
    if (!more.empty()) text += wrapped(more, "     ");
  }
  return text;
}

}  // namespace faultrig
