#include "harness/live/agent/nft_batch.hpp"

#include <arpa/inet.h>
#include <linux/icmp.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <sys/socket.h>

#include <endian.h>
#include <cerrno>
#include <optional>
#include <utility>

#include "harness/errors.hpp"

namespace faultrig::live {
namespace {

// Before everybody's filters (priority 0), so that what we count is all that came.
constexpr std::int32_t priority = -150;

std::uint16_t type_of(std::uint16_t message) {
  return static_cast<std::uint16_t>((NFNL_SUBSYS_NFTABLES << 8) | message);
}

NetlinkMessage begin(std::uint16_t type, std::uint16_t flags, std::uint8_t family,
                     std::uint16_t resource = 0) {
  NetlinkMessage message(type, static_cast<std::uint16_t>(NLM_F_REQUEST | flags));
  const nfgenmsg head{family, NFNETLINK_V0, htons(resource)};
  message.append(&head, sizeof head);
  return message;
}

NetlinkMessage for_ip(std::uint16_t type, std::uint16_t flags) {
  return begin(type_of(type), flags, NFPROTO_IPV4);
}

void put(NetlinkMessage& message, std::uint16_t type, std::uint32_t number) {
  const std::uint32_t value = htonl(number);
  message.attribute(type, &value, sizeof value);
}

std::size_t open(NetlinkMessage& message, int type) {
  return message.open_attribute(static_cast<std::uint16_t>(type | NLA_F_NESTED));
}

// Calls `take(type, payload)` for each attribute in `bytes`.
template <typename Take>
void each_attribute(std::span<const std::byte> bytes, const Take& take) {
  while (bytes.size() >= NLA_HDRLEN) {
    nlattr head;
    std::memcpy(&head, bytes.data(), sizeof head);
    if (head.nla_len < NLA_HDRLEN || head.nla_len > bytes.size()) return;
    take(head.nla_type & NLA_TYPE_MASK, bytes.subspan(NLA_HDRLEN, head.nla_len - NLA_HDRLEN));
    bytes = bytes.subspan(std::min<std::size_t>(NLA_ALIGN(head.nla_len), bytes.size()));
  }
}

}  // namespace

NftRule::NftRule(const std::string& table, const std::string& chain)
    : message_(for_ip(NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND)) {
  message_.attribute(NFTA_RULE_TABLE, table);
  message_.attribute(NFTA_RULE_CHAIN, chain);
  expressions_ = open(message_, NFTA_RULE_EXPRESSIONS);
}

std::size_t NftRule::open_expression(const char* name) {
  element_ = open(message_, NFTA_LIST_ELEM);
  message_.attribute(NFTA_EXPR_NAME, std::string(name));
  return open(message_, NFTA_EXPR_DATA);
}

void NftRule::close_expression(std::size_t data) {
  message_.close_attribute(data);
  message_.close_attribute(element_);
}

void NftRule::load(std::uint32_t base, std::uint32_t offset, std::size_t size) {
  const std::size_t data = open_expression("payload");
  put(message_, NFTA_PAYLOAD_DREG, NFT_REG_1);
  put(message_, NFTA_PAYLOAD_BASE, base);
  put(message_, NFTA_PAYLOAD_OFFSET, offset);
  put(message_, NFTA_PAYLOAD_LEN, static_cast<std::uint32_t>(size));
  close_expression(data);
}

void NftRule::compare(std::span<const std::byte> value, std::uint32_t how) {
  const std::size_t data = open_expression("cmp");
  put(message_, NFTA_CMP_SREG, NFT_REG_1);
  put(message_, NFTA_CMP_OP, how);
  const std::size_t wanted = open(message_, NFTA_CMP_DATA);
  message_.attribute(NFTA_DATA_VALUE, value.data(), value.size());
  message_.close_attribute(wanted);
  close_expression(data);
}

NftRule& NftRule::protocol(std::uint8_t number) {
  const std::size_t data = open_expression("meta");
  put(message_, NFTA_META_DREG, NFT_REG_1);
  put(message_, NFTA_META_KEY, NFT_META_L4PROTO);
  close_expression(data);
  const std::byte wanted{number};
  compare({&wanted, 1});
  return *this;
}

NftRule& NftRule::network_header(std::uint32_t offset, std::span<const std::byte> value) {
  load(NFT_PAYLOAD_NETWORK_HEADER, offset, value.size());
  compare(value);
  return *this;
}

NftRule& NftRule::transport_header(std::uint32_t offset, std::span<const std::byte> value) {
  load(NFT_PAYLOAD_TRANSPORT_HEADER, offset, value.size());
  compare(value);
  return *this;
}

NftRule& NftRule::chance(Ratio share) {
  std::size_t data = open_expression("numgen");
  put(message_, NFTA_NG_DREG, NFT_REG_1);
  put(message_, NFTA_NG_MODULUS, share.denominator);
  put(message_, NFTA_NG_TYPE, NFT_NG_RANDOM);
  close_expression(data);
  // Comparing goes byte by byte, from the first.
  data = open_expression("byteorder");
  put(message_, NFTA_BYTEORDER_SREG, NFT_REG_1);
  put(message_, NFTA_BYTEORDER_DREG, NFT_REG_1);
  put(message_, NFTA_BYTEORDER_OP, NFT_BYTEORDER_HTON);
  put(message_, NFTA_BYTEORDER_LEN, sizeof share.numerator);
  put(message_, NFTA_BYTEORDER_SIZE, sizeof share.numerator);
  close_expression(data);
  const std::uint32_t hits = htonl(share.numerator);
  compare(std::as_bytes(std::span(&hits, 1)), NFT_CMP_LT);
  return *this;
}

void NftRule::fill_register(std::uint32_t value) {
  const std::size_t data = open_expression("immediate");
  put(message_, NFTA_IMMEDIATE_DREG, NFT_REG_1);
  const std::size_t nested = open(message_, NFTA_IMMEDIATE_DATA);
  message_.attribute(NFTA_DATA_VALUE, &value, sizeof value);
  message_.close_attribute(nested);
  close_expression(data);
}

NftRule& NftRule::set_priority(std::uint32_t priority) {
  fill_register(priority);
  const std::size_t data = open_expression("meta");
  put(message_, NFTA_META_KEY, NFT_META_PRIORITY);
  put(message_, NFTA_META_SREG, NFT_REG_1);
  close_expression(data);
  return *this;
}

NftRule& NftRule::is_not_of_priority(std::uint32_t priority) {
  const std::size_t data = open_expression("meta");
  put(message_, NFTA_META_KEY, NFT_META_PRIORITY);
  put(message_, NFTA_META_DREG, NFT_REG_1);
  close_expression(data);
  compare(std::as_bytes(std::span(&priority, 1)), NFT_CMP_NEQ);
  return *this;
}

NftRule& NftRule::duplicate_to(Ipv4 address) {
  fill_register(htonl(address));
  const std::size_t data = open_expression("dup");
  put(message_, NFTA_DUP_SREG_ADDR, NFT_REG_1);
  close_expression(data);
  return *this;
}

NftRule& NftRule::count(const std::string& counter) {
  const std::size_t data = open_expression("objref");
  put(message_, NFTA_OBJREF_IMM_TYPE, NFT_OBJECT_COUNTER);
  message_.attribute(NFTA_OBJREF_IMM_NAME, counter);
  close_expression(data);
  return *this;
}

NftRule& NftRule::verdict(std::int32_t code, const std::string& chain) {
  const std::size_t data = open_expression("immediate");
  put(message_, NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
  const std::size_t value = open(message_, NFTA_IMMEDIATE_DATA);
  const std::size_t inner = open(message_, NFTA_DATA_VERDICT);
  put(message_, NFTA_VERDICT_CODE, static_cast<std::uint32_t>(code));
  if (!chain.empty()) message_.attribute(NFTA_VERDICT_CHAIN, chain);
  message_.close_attribute(inner);
  message_.close_attribute(value);
  close_expression(data);
  return *this;
}

NftRule& NftRule::accept() { return verdict(NF_ACCEPT, ""); }
NftRule& NftRule::drop() { return verdict(NF_DROP, ""); }
NftRule& NftRule::jump(const std::string& chain) { return verdict(NFT_JUMP, chain); }

NftRule& NftRule::reset_connection() {
  const std::size_t data = open_expression("reject");
  put(message_, NFTA_REJECT_TYPE, NFT_REJECT_TCP_RST);
  close_expression(data);
  return *this;
}

NftRule& NftRule::say_unreachable() {
  const std::size_t data = open_expression("reject");
  put(message_, NFTA_REJECT_TYPE, NFT_REJECT_ICMP_UNREACH);
  const std::uint8_t code = ICMP_PORT_UNREACH;
  message_.attribute(NFTA_REJECT_ICMP_CODE, &code, sizeof code);
  close_expression(data);
  return *this;
}

void NftBatch::add(NetlinkMessage message) { messages_.push_back(std::move(message)); }

void NftBatch::add(NftRule rule) {
  rule.message_.close_attribute(rule.expressions_);
  add(std::move(rule.message_));
}

void NftBatch::add_table(const std::string& table, bool owned) {
  NetlinkMessage message = for_ip(NFT_MSG_NEWTABLE, NLM_F_CREATE | NLM_F_EXCL);
  message.attribute(NFTA_TABLE_NAME, table);
  put(message, NFTA_TABLE_FLAGS, owned ? NFT_TABLE_F_OWNER : 0);
  add(std::move(message));
}

void NftBatch::delete_table(const std::string& table) {
  NetlinkMessage message = for_ip(NFT_MSG_DELTABLE, 0);
  message.attribute(NFTA_TABLE_NAME, table);
  add(std::move(message));
}

void NftBatch::add_base_chain(const std::string& table, const std::string& chain, NftHook hook) {
  NetlinkMessage message = for_ip(NFT_MSG_NEWCHAIN, NLM_F_CREATE | NLM_F_EXCL);
  message.attribute(NFTA_CHAIN_TABLE, table);
  message.attribute(NFTA_CHAIN_NAME, chain);
  const std::size_t place = open(message, NFTA_CHAIN_HOOK);
  put(message, NFTA_HOOK_HOOKNUM, static_cast<std::uint32_t>(hook));
  put(message, NFTA_HOOK_PRIORITY, static_cast<std::uint32_t>(priority));
  message.close_attribute(place);
  put(message, NFTA_CHAIN_POLICY, NF_ACCEPT);
  message.attribute(NFTA_CHAIN_TYPE, std::string("filter"));
  add(std::move(message));
}

void NftBatch::add_chain(const std::string& table, const std::string& chain) {
  NetlinkMessage message = for_ip(NFT_MSG_NEWCHAIN, NLM_F_CREATE | NLM_F_EXCL);
  message.attribute(NFTA_CHAIN_TABLE, table);
  message.attribute(NFTA_CHAIN_NAME, chain);
  add(std::move(message));
}

void NftBatch::add_counter(const std::string& table, const std::string& counter) {
  NetlinkMessage message = for_ip(NFT_MSG_NEWOBJ, NLM_F_CREATE | NLM_F_EXCL);
  message.attribute(NFTA_OBJ_TABLE, table);
  message.attribute(NFTA_OBJ_NAME, counter);
  put(message, NFTA_OBJ_TYPE, NFT_OBJECT_COUNTER);
  message.close_attribute(open(message, NFTA_OBJ_DATA));
  add(std::move(message));
}

void NftBatch::clear_chain(const std::string& table, const std::string& chain) {
  NetlinkMessage message = for_ip(NFT_MSG_DELRULE, 0);
  message.attribute(NFTA_RULE_TABLE, table);
  message.attribute(NFTA_RULE_CHAIN, chain);
  add(std::move(message));
}

NftSocket::NftSocket() : socket_(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER)) {
  if (!socket_.is_open())
    throw EnvironmentError("cannot open", "a netlink socket to nf_tables", errno);
}

int NftSocket::carry_out(NftBatch batch) {
  std::vector<std::byte> bytes;
  const auto append = [&](NetlinkMessage message) {
    const auto part = message.finish();
    bytes.insert(bytes.end(), part.begin(), part.end());
  };
  append(begin(NFNL_MSG_BATCH_BEGIN, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES));
  for (NetlinkMessage& message : batch.messages_) append(std::move(message));
  append(begin(NFNL_MSG_BATCH_END, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES));
  if (::send(socket_.get(), bytes.data(), bytes.size(), 0) < 0) return errno;
  // The kernel has worked before send returns; silence is success.
  int first = 0;
  alignas(nlmsghdr) std::byte answer[8192];
  for (ssize_t size; (size = ::recv(socket_.get(), answer, sizeof answer, MSG_DONTWAIT)) > 0;) {
    nlmsghdr header;
    nlmsgerr result;
    if (static_cast<std::size_t>(size) < NLMSG_LENGTH(sizeof result)) continue;
    std::memcpy(&header, answer, sizeof header);
    std::memcpy(&result, answer + NLMSG_HDRLEN, sizeof result);
    if (header.nlmsg_type == NLMSG_ERROR && first == 0) first = -result.error;
  }
  return first;
}

std::uint64_t NftSocket::packets(const std::string& table, const std::string& counter) {
  NetlinkMessage request = for_ip(NFT_MSG_GETOBJ, 0);
  request.attribute(NFTA_OBJ_TABLE, table);
  request.attribute(NFTA_OBJ_NAME, counter);
  put(request, NFTA_OBJ_TYPE, NFT_OBJECT_COUNTER);
  const auto bytes = request.finish();
  alignas(nlmsghdr) std::byte answer[8192];
  ssize_t size = ::send(socket_.get(), bytes.data(), bytes.size(), 0);
  if (size >= 0) size = ::recv(socket_.get(), answer, sizeof answer, 0);
  if (size < 0) throw EnvironmentError("cannot read", "the counter " + counter, errno);
  constexpr std::size_t head = NLMSG_HDRLEN + NLMSG_ALIGN(sizeof(nfgenmsg));
  std::optional<std::uint64_t> packets;
  nlmsghdr header{};
  if (static_cast<std::size_t>(size) >= head) std::memcpy(&header, answer, sizeof header);
  if (header.nlmsg_type == type_of(NFT_MSG_NEWOBJ)) {
    each_attribute(std::span(answer, static_cast<std::size_t>(size)).subspan(head),
                   [&](int type, std::span<const std::byte> payload) {
                     if (type != NFTA_OBJ_DATA) return;
                     each_attribute(payload, [&](int inner, std::span<const std::byte> value) {
                       std::uint64_t number = 0;
                       if (inner != NFTA_COUNTER_PACKETS || value.size() != sizeof number) return;
                       std::memcpy(&number, value.data(), sizeof number);
                       packets = be64toh(number);
                     });
                   });
  }
  if (!packets) throw EnvironmentError("cannot read", "the counter " + counter, ENOENT);
  return *packets;
}

}  // namespace faultrig::live
