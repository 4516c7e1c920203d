// The sandbox around a live run: nothing survives the control process.
//
// The process the user started stays outside as launcher; it makes an outer user (when not root),
// PID, mount, network, UTS and IPC namespace and runs `body` inside as its PID 1. When either half
// dies, however, the kernel ends everything below. Signals are forwarded, the exit code is passed on.
// Source: namespaces(7), pid_namespaces(7), user_namespaces(7).
#pragma once

#include <functional>

namespace faultrig::live {

// Call before any thread exists. Returns what `body` returned, or 128 + signal when it was killed.
// Throws EnvironmentError with the remedy when the kernel or its policy refuses a namespace.
int run_in_sandbox(const std::function<int()>& body);

}  // namespace faultrig::live
