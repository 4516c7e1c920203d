// nf_tables spoken directly over netlink, so that a host needs no `nft` program: messages are
// gathered into a batch that the kernel takes as a whole or not at all.
//
// Only what packet_filter needs is here. Numbers inside attributes are big-endian, unlike those of
// the headers. Source: linux/netfilter/nf_tables.h and nfnetlink.h; the shape of the expressions
// is what `nft --debug=netlink` shows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "harness/live/switch/descriptor.hpp"
#include "harness/live/switch/netlink_message.hpp"
#include "harness/live/switch/switch.hpp"
#include "harness/random.hpp"

namespace faultrig::live {

// One rule: what a packet must be (in this order), then what is done with it.
class NftRule {
 public:
  NftRule(const std::string& table, const std::string& chain);
  NftRule& protocol(std::uint8_t number);
  // `bytes` of the IP or the transport header at `offset` are `value` (network byte order).
  NftRule& network_header(std::uint32_t offset, std::span<const std::byte> value);
  NftRule& transport_header(std::uint32_t offset, std::span<const std::byte> value);
  // By chance; each packet anew.
  NftRule& chance(Ratio share);
  // What queueing disciplines go by.
  NftRule& set_priority(std::uint32_t priority);
  NftRule& is_not_of_priority(std::uint32_t priority);
  // Sends a copy as well, by the way to that address. It passes the output chains like any packet.
  NftRule& duplicate_to(Ipv4 address);
  NftRule& count(const std::string& counter);
  NftRule& accept();
  NftRule& drop();
  NftRule& jump(const std::string& chain);
  NftRule& reset_connection();  // TCP only
  NftRule& say_unreachable();

 private:
  friend class NftBatch;
  std::size_t open_expression(const char* name);
  void close_expression(std::size_t data);
  void load(std::uint32_t base, std::uint32_t offset, std::size_t size);
  void compare(std::span<const std::byte> value, std::uint32_t how = 0);  // NFT_CMP_EQ
  void fill_register(std::uint32_t value);
  NftRule& verdict(std::int32_t code, const std::string& chain);
  NetlinkMessage message_;
  std::size_t expressions_;
  std::size_t element_ = 0;
};

enum class NftHook : std::uint32_t { input = 1, output = 3 };  // NF_INET_LOCAL_IN, _OUT

class NftBatch {
 public:
  void add_table(const std::string& table, bool owned);
  void delete_table(const std::string& table);
  void add_base_chain(const std::string& table, const std::string& chain, NftHook hook);
  void add_chain(const std::string& table, const std::string& chain);
  void add_counter(const std::string& table, const std::string& counter);
  void add(NftRule rule);
  void clear_chain(const std::string& table, const std::string& chain);

 private:
  friend class NftSocket;
  void add(NetlinkMessage message);
  std::vector<NetlinkMessage> messages_;
};

// A connection to nf_tables of the calling thread's network namespace. A table that is owned goes
// when its socket is closed, however that comes about.
class NftSocket {
 public:
  // Throws EnvironmentError.
  NftSocket();
  // 0 or the errno of the first message that was refused; then nothing was done.
  int carry_out(NftBatch batch);
  // Packets counted so far. Throws EnvironmentError when there is no such counter.
  std::uint64_t packets(const std::string& table, const std::string& counter);
  int descriptor() const { return socket_.get(); }

 private:
  Descriptor socket_;
};

}  // namespace faultrig::live
