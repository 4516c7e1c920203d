// The sandbox around a live run: nothing survives the control process.
//
// The process the user started stays outside as launcher; it makes an outer user (when not
// privileged), PID, mount, network, UTS and IPC namespace. PID 1 of it is a tiny init that reaps
// and forwards; `body` runs as its child, an ordinary process with ordinary signal actions. When
// launcher, init or body dies, however, the kernel ends everything below.
//
// Signals: INT, TERM, HUP and QUIT sent to the launcher reach the body, once. The sandbox is a
// session of its own, so a terminal's Ctrl-C reaches the launcher only and is not delivered twice.
// The body should install handlers and end in order; whoever asks again after more than a second
// means now: the sandbox is killed, and the result is 128 + that signal. Source: namespaces(7),
// pid_namespaces(7), user_namespaces(7).
#pragma once

#include <functional>
#include <string>

namespace faultrig::live {

// Call before any thread exists. Returns what `body` returned (modulo 256), or 128 + signal when it
// was killed. Exceptions do not cross the border: one that leaves `body` is printed and becomes
// 255. Throws EnvironmentError with the remedy when the kernel or its policy refuses a namespace;
// `body` has not run then.
int run_in_sandbox(const std::function<int()>& body);

// Whether this process may make them without a user namespace of its own. Root in name is not
// enough: a container's root often lacks the capabilities.
bool may_make_namespaces();

// What to do when a namespace is refused with `error`, by looking at this machine's settings.
std::string namespace_remedy(int error);

}  // namespace faultrig::live
