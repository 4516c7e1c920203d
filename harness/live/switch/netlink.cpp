#include "harness/live/switch/netlink.hpp"

#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <span>

#include "harness/errors.hpp"
#include "harness/live/switch/descriptor.hpp"
#include "harness/live/switch/netlink_message.hpp"

namespace faultrig::live {
int ask_kernel(std::span<const std::byte> request) { return ask_kernel(request, 0, nullptr, 0); }

int ask_kernel(std::span<const std::byte> request, std::uint16_t type, void* head,
               std::size_t size) {
  const Descriptor socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  if (!socket.is_open()) return errno;
  if (send(socket.get(), request.data(), request.size(), 0) < 0) return errno;
  alignas(nlmsghdr) std::byte answer[4096];
  const auto received = recv(socket.get(), answer, sizeof answer, 0);
  if (received < 0) return errno;
  const auto length = static_cast<std::size_t>(received);
  nlmsghdr header;
  nlmsgerr result;
  if (length < sizeof header) return EPROTO;
  std::memcpy(&header, answer, sizeof header);
  if (head != nullptr && header.nlmsg_type == type && length >= NLMSG_LENGTH(size)) {
    std::memcpy(head, answer + NLMSG_HDRLEN, size);
    return 0;
  }
  if (header.nlmsg_type != NLMSG_ERROR || length < NLMSG_LENGTH(sizeof result)) return EPROTO;
  std::memcpy(&result, answer + NLMSG_HDRLEN, sizeof result);
  return -result.error;
}

void make_veth_pair(const std::string& near, const std::string& far, int far_namespace,
                    const std::string& machine) {
  NetlinkMessage message(RTM_NEWLINK, NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);
  const ifinfomsg any{};
  message.append(&any, sizeof any);
  message.attribute(IFLA_IFNAME, near);
  const auto information = message.open_attribute(IFLA_LINKINFO);
  message.attribute(IFLA_INFO_KIND, std::string("veth"));
  const auto data = message.open_attribute(IFLA_INFO_DATA);
  const auto peer = message.open_attribute(VETH_INFO_PEER);
  message.append(&any, sizeof any);
  message.attribute(IFLA_IFNAME, far);
  message.attribute(IFLA_NET_NS_FD, &far_namespace, sizeof far_namespace);
  message.close_attribute(peer);
  message.close_attribute(data);
  message.close_attribute(information);
  if (const int error = ask_kernel(message.finish()); error != 0) {
    throw EnvironmentError("cannot create the veth pair of", machine, error,
                           "does the kernel have the module `veth`?");
  }
}

}  // namespace faultrig::live
