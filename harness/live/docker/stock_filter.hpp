// What a container may ask of the kernel when nobody has given it more than usual.
//
// Idea: an engine chooses a container's seccomp profile by the capabilities it is made with. Those
// that a time namespace takes open more calls than they are wanted for, and stay open when the
// capabilities are dropped. This filter closes them again. Source: the default profile of Docker's
// engine, its entries for CAP_SYS_ADMIN; seccomp(2).
#pragma once

namespace faultrig::live {

// For this process and all that comes from it; call while it has CAP_SYS_ADMIN. False with errno.
bool install_stock_filter();

}  // namespace faultrig::live
