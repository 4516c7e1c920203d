// Which faults were in force while some operations were under way: a chapter of every story about
// an anomaly. Only those that took effect. Cost: linear in operations and faults.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "checkers/history/operation.hpp"
#include "harness/run_record.hpp"

namespace faultrig {

// What else there is to say of a fault, in a sentence; empty for nothing.
using FaultRemark = std::function<std::string(const FaultRecord&)>;

// "Faults in force at that time" and a line for each, or that there was none; empty when the run
// had no faults at all. The last ones where there are many.
std::string faults_in_force(const RunRecord& record, std::span<const Operation> operations,
                            const FaultRemark& remark = {});

}  // namespace faultrig
