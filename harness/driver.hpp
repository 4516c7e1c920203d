// The port that drives an interpreter: real sockets and a real clock (harness/live), or virtual
// time (harness/sim). It carries client operations, performs nemesis operations through the fault
// injector, and gives completions back.
#pragma once

#include <functional>
#include <string>

#include "harness/client.hpp"
#include "harness/fault_injector.hpp"
#include "harness/interpreter.hpp"

namespace faultrig {

class Driver {
 public:
  virtual ~Driver() = default;
  // Time since the driver was made.
  virtual Time now() = 0;
  // Runs the interpreter until it is done. Returns early when `should_stop` (asked at least every
  // 100 ms and after every event) says why: operations in flight are then abandoned. Returns that
  // reason, or "" when the interpreter finished.
  virtual std::string drive(Interpreter& interpreter, const ClientCodec& codec,
                            FaultInjector& injector,
                            const std::function<std::string()>& should_stop) = 0;
};

}  // namespace faultrig
