// The one thing that only rtnetlink (rtnetlink(7)) can do for us: make a veth pair whose ends are
// born in two namespaces. Everything else about a device is set by ioctl.
#pragma once

#include <string>

namespace faultrig::live {

// Makes a veth pair: `near` in the calling thread's network namespace, `far` in the one that
// `far_namespace` refers to. Throws EnvironmentError naming `machine`.
void make_veth_pair(const std::string& near, const std::string& far, int far_namespace,
                    const std::string& machine);

}  // namespace faultrig::live
