// The network faults of one host: packets that come from a peer, or that pass between the node and
// a client, are dropped or rejected by an nftables table of our own, and those that go to a peer
// sent twice or steered to where packet_shaper has them late or damaged.
//
// A cut of a -> b is made at b, by source address, so that one-way cuts are what they say. Every
// peer has a chain that one rule of the base chain leads to; a fault fills that chain and healing
// empties it, in one transaction each. Named counters outlive the rules and are the evidence. A
// client's packets are told by address and the node's port, since the same address may also carry
// our own connection, which is let through before anything else. Nobody else's table is read or
// changed. Cost: a packet passes as many rules as there are peers.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/link_rules.hpp"
#include "harness/live/agent/nft_batch.hpp"
#include "harness/live/switch/switch.hpp"

namespace faultrig::live {

struct NamedAddress {
  std::string name;
  Ipv4 address;
};

// A TCP connection, seen from this host.
struct KeptConnection {
  Ipv4 peer;
  std::uint16_t peer_port;
  std::uint16_t own_port;
};

struct FilterPlan {
  std::string table;
  std::vector<NamedAddress> peers;    // whatever they send
  std::vector<NamedAddress> clients;  // only from and to `port` over TCP
  std::uint16_t port = 0;             // of the node here
  std::optional<KeptConnection> kept;
};

// Which packets to a peer go where; priorities are what NftRule::set_priority takes. A packet is
// either reordered or damaged, not both; copies and late ones may be either.
struct Steering {
  Ratio duplicate{}, reorder{}, corrupt{};
  bool holds = false;  // late or slow, whatever is not reordered
  std::uint32_t copied = 0, plain = 0, corrupting = 0;
};

enum class FilterSide { from, to };  // to: clients only, since peers cut what comes from here

class PacketFilter {
 public:
  // Makes the table. Throws EnvironmentError.
  explicit PacketFilter(const FilterPlan& plan);
  ~PacketFilter();  // drops the table
  PacketFilter(const PacketFilter&) = delete;
  PacketFilter& operator=(const PacketFilter&) = delete;

  // In force when it returns. Throws EnvironmentError; std::logic_error for an unknown name.
  void set(FilterSide side, const std::string& name, LinkRule::Block block, Ratio loss = {});
  void steer(const std::string& peer, const Steering& steering);
  // Packets that met each fate since the table was made; peers have both sides.
  LinkCounters counters(FilterSide side, const std::string& name);
  void clear();

  // Of a table that somebody else may have dropped already; nothing when there is none.
  static void drop_table(const std::string& table);
  // Why nf_tables cannot be had here; empty when it can. Makes a table of that name and drops it.
  static std::string obstacle(const std::string& table);

 private:
  void change(const std::string& chain, std::vector<NftRule> rules);
  std::string chain_of(FilterSide side, const std::string& name) const;
  std::vector<NftRule> blocking(const std::string& chain, LinkRule::Block block) const;
  std::string table_;
  std::vector<std::string> chains_;
  std::map<std::string, Ipv4> addresses_;  // of peers
  NftSocket socket_;
};

}  // namespace faultrig::live
