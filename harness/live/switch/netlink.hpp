// What only rtnetlink (rtnetlink(7)) can do for us: make a veth pair whose ends are born in two
// namespaces, and speak of queueing disciplines. Everything else about a device is set by ioctl.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace faultrig::live {

// Sends one request, in the calling thread's network namespace, and waits for the kernel's answer,
// which comes at once. 0 or the errno of the request.
int ask_kernel(std::span<const std::byte> request);
// The same for a request that is answered by one message of this type; its head is copied out.
int ask_kernel(std::span<const std::byte> request, std::uint16_t type, void* head,
               std::size_t size);

// Makes a veth pair: `near` in the calling thread's network namespace, `far` in the one that
// `far_namespace` refers to. Throws EnvironmentError naming `machine`.
void make_veth_pair(const std::string& near, const std::string& far, int far_namespace,
                    const std::string& machine);

}  // namespace faultrig::live
