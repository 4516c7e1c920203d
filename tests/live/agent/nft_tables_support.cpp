#include "tests/live/agent/nft_tables_support.hpp"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <sys/socket.h>

#include <stdexcept>

#include "harness/live/switch/descriptor.hpp"
#include "harness/live/switch/netlink_message.hpp"

namespace faultrig::live {
namespace {

std::string name_in(const nlmsghdr* header) {
  const auto* first = reinterpret_cast<const char*>(header) + NLMSG_HDRLEN + sizeof(nfgenmsg);
  const auto* end = reinterpret_cast<const char*>(header) + header->nlmsg_len;
  while (first + NLA_HDRLEN <= end) {
    nlattr head;
    std::memcpy(&head, first, sizeof head);
    if ((head.nla_type & NLA_TYPE_MASK) == NFTA_TABLE_NAME) return first + NLA_HDRLEN;
    first += NLA_ALIGN(head.nla_len);
  }
  return "?";
}

std::vector<std::string> tables_here() {
  const Descriptor socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER));
  NetlinkMessage request((NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_GETTABLE,
                         NLM_F_REQUEST | NLM_F_DUMP);
  const nfgenmsg any{NFPROTO_UNSPEC, NFNETLINK_V0, 0};
  request.append(&any, sizeof any);
  const auto bytes = request.finish();
  if (::send(socket.get(), bytes.data(), bytes.size(), 0) < 0) throw std::runtime_error("send");
  std::vector<std::string> names;
  alignas(nlmsghdr) char answer[65536];
  while (true) {
    int size = static_cast<int>(::recv(socket.get(), answer, sizeof answer, 0));
    if (size <= 0) throw std::runtime_error("recv");
    for (auto* header = reinterpret_cast<nlmsghdr*>(answer); NLMSG_OK(header, size);
         header = NLMSG_NEXT(header, size)) {
      if (header->nlmsg_type == NLMSG_ERROR) throw std::runtime_error("nf_tables refused");
      if (header->nlmsg_type == NLMSG_DONE) return names;
      names.push_back(name_in(header));
    }
  }
}

}  // namespace

std::vector<std::string> nft_tables(const NetworkNamespace& space) {
  std::vector<std::string> names;
  space.inside([&] { names = tables_here(); });
  return names;
}

}  // namespace faultrig::live
