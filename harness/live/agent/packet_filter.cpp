#include "harness/live/agent/packet_filter.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "harness/errors.hpp"

namespace faultrig::live {
namespace {

// Where the fields are in an IPv4 and a TCP header.
constexpr std::uint32_t source_address = 12, destination_address = 16;
constexpr std::uint32_t source_port = 0, destination_port = 2;

template <typename Number>
std::span<const std::byte> bytes_of(const Number& number) {
  return std::as_bytes(std::span(&number, 1));
}

std::string dropped(const std::string& chain) { return chain + "_dropped"; }
std::string rejected(const std::string& chain) { return chain + "_rejected"; }

void add_peer_chain(NftBatch& batch, const std::string& table, const std::string& chain) {
  batch.add_chain(table, chain);
  batch.add_counter(table, dropped(chain));
  batch.add_counter(table, rejected(chain));
}

void let_through(NftBatch& batch, const std::string& table, const KeptConnection& kept) {
  const std::uint32_t peer = htonl(kept.peer);
  const std::uint16_t far = htons(kept.peer_port), near = htons(kept.own_port);
  batch.add(NftRule(table, "input")
                .is_ipv4()
                .protocol(IPPROTO_TCP)
                .network_header(source_address, bytes_of(peer))
                .transport_header(source_port, bytes_of(far))
                .transport_header(destination_port, bytes_of(near))
                .accept());
  batch.add(NftRule(table, "output")
                .is_ipv4()
                .protocol(IPPROTO_TCP)
                .network_header(destination_address, bytes_of(peer))
                .transport_header(source_port, bytes_of(near))
                .transport_header(destination_port, bytes_of(far))
                .accept());
}

NftBatch set_up(const FilterPlan& plan, bool owned) {
  NftBatch batch;
  const std::string& table = plan.table;
  batch.add_table(table, owned);
  batch.add_base_chain(table, "input", NftHook::input);
  batch.add_base_chain(table, "output", NftHook::output);
  if (plan.kept) let_through(batch, table, *plan.kept);
  for (const NamedAddress& peer : plan.peers) {
    const std::string chain = "from_" + peer.name;
    add_peer_chain(batch, table, chain);
    const std::uint32_t address = htonl(peer.address);
    batch.add(NftRule(table, "input")
                  .is_ipv4()
                  .network_header(source_address, bytes_of(address))
                  .jump(chain));
  }
  const std::uint16_t port = htons(plan.port);
  for (const NamedAddress& client : plan.clients) {
    const std::uint32_t address = htonl(client.address);
    add_peer_chain(batch, table, "from_" + client.name);
    batch.add(NftRule(table, "input")
                  .is_ipv4()
                  .protocol(IPPROTO_TCP)
                  .network_header(source_address, bytes_of(address))
                  .transport_header(destination_port, bytes_of(port))
                  .jump("from_" + client.name));
    add_peer_chain(batch, table, "to_" + client.name);
    batch.add(NftRule(table, "output")
                  .is_ipv4()
                  .protocol(IPPROTO_TCP)
                  .network_header(destination_address, bytes_of(address))
                  .transport_header(source_port, bytes_of(port))
                  .jump("to_" + client.name));
  }
  return batch;
}

}  // namespace

PacketFilter::PacketFilter(const FilterPlan& plan) : table_(plan.table) {
  for (const NamedAddress& peer : plan.peers) chains_.push_back("from_" + peer.name);
  for (const NamedAddress& client : plan.clients) {
    chains_.push_back("from_" + client.name);
    chains_.push_back("to_" + client.name);
  }
  int error = socket_.carry_out(set_up(plan, true));
  // Kernels before 5.12 know no owners.
  if (error == EOPNOTSUPP || error == EINVAL) error = socket_.carry_out(set_up(plan, false));
  if (error != 0) {
    throw EnvironmentError("cannot make", fmt::format("the nftables table inet {}", table_), error,
                           error == EPERM ? "cutting links takes root"
                                          : "it takes the kernel's nf_tables, nft_reject");
  }
}

PacketFilter::~PacketFilter() {
  NftBatch batch;
  batch.delete_table(table_);
  socket_.carry_out(std::move(batch));
}

std::string PacketFilter::chain_of(FilterSide side, const std::string& name) const {
  std::string chain = (side == FilterSide::from ? "from_" : "to_") + name;
  if (std::find(chains_.begin(), chains_.end(), chain) == chains_.end())
    throw std::logic_error("packet filter: no chain " + chain);
  return chain;
}

void PacketFilter::fill(NftBatch& batch, const std::string& chain, LinkRule::Block block) const {
  switch (block) {
    case LinkRule::Block::none:
      break;
    case LinkRule::Block::drop:
      batch.add(NftRule(table_, chain).count(dropped(chain)).drop());
      break;
    case LinkRule::Block::reject: {
      NftRule tcp(table_, chain);
      tcp.protocol(IPPROTO_TCP).count(rejected(chain)).reset_connection();
      batch.add(std::move(tcp));
      batch.add(NftRule(table_, chain).count(rejected(chain)).say_unreachable());
      break;
    }
    case LinkRule::Block::jam:
      throw std::logic_error("packet filter: cannot hold packets");
  }
}

void PacketFilter::set(FilterSide side, const std::string& name, LinkRule::Block block) {
  const std::string chain = chain_of(side, name);
  NftBatch batch;
  batch.clear_chain(table_, chain);
  fill(batch, chain, block);
  if (const int error = socket_.carry_out(std::move(batch)); error != 0)
    throw EnvironmentError("cannot change", fmt::format("the link {} in nftables", chain), error);
}

LinkCounters PacketFilter::counters(FilterSide side, const std::string& name) {
  const std::string chain = chain_of(side, name);
  LinkCounters counters;
  counters.dropped_by_cut = socket_.packets(table_, dropped(chain));
  counters.rejected = socket_.packets(table_, rejected(chain));
  counters.entered = counters.dropped_by_cut + counters.rejected;
  return counters;
}

void PacketFilter::clear() {
  NftBatch batch;
  for (const std::string& chain : chains_) batch.clear_chain(table_, chain);
  if (const int error = socket_.carry_out(std::move(batch)); error != 0)
    throw EnvironmentError("cannot heal", "the links in nftables", error);
}

void PacketFilter::drop_table(const std::string& table) {
  try {
    NftSocket socket;
    NftBatch batch;
    batch.delete_table(table);
    socket.carry_out(std::move(batch));
  } catch (const EnvironmentError&) {  // no nf_tables, no table
  }
}

std::string PacketFilter::obstacle(const std::string& table) {
  try {
    FilterPlan plan;
    plan.table = table;
    plan.peers = {{"probe", 0x7f7f7f7f}};
    PacketFilter filter(plan);
    filter.set(FilterSide::from, "probe", LinkRule::Block::reject);
    filter.set(FilterSide::from, "probe", LinkRule::Block::drop);
    return filter.counters(FilterSide::from, "probe").dropped_by_cut == 0 ? "" : "it miscounts";
  } catch (const EnvironmentError& error) {
    return error.what();
  }
}

}  // namespace faultrig::live
