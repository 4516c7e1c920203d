// Makes the kernel hand waits until a time of the wall clock back to the program, by SIGSYS, whose
// handler in the image (image/trapped_calls.hpp) ends them by the node's clock.
//
// A seccomp filter for this thread and all its descendants. Trapped are, unless the image itself
// makes them: futex, timer, sleep and message queue calls that name a time of the wall clock; and
// since a thread that blocks SIGSYS would be ended by it, what sets a signal mask or an action.
// clone3 is answered with ENOSYS, as Docker did for years: it could take the handler away. 32-bit
// and x32 callers pass. Cost: bench/clock.cpp. Source: seccomp(2); the masks after Shadow's shim.
#pragma once

namespace faultrig::live {

// After install_exec_filter and last before exec: from here on a trapped call of a program without
// the image ends it. False with errno: there is no such filter here.
bool install_trap_filter();

}  // namespace faultrig::live
