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

// What becomes of a packet, each with a counter in every chain and a place in LinkCounters.
struct Fate {
  const char* word;
  std::uint64_t LinkCounters::*count;
};
constexpr Fate dropped{"dropped", &LinkCounters::dropped_by_cut};
constexpr Fate rejected{"rejected", &LinkCounters::rejected};
constexpr Fate lost{"lost", &LinkCounters::lost};
constexpr Fate delayed{"delayed", &LinkCounters::delayed};
constexpr Fate duplicated{"duplicated", &LinkCounters::duplicated};
constexpr Fate reordered{"reordered", &LinkCounters::reordered};
constexpr Fate corrupted{"corrupted", &LinkCounters::corrupted};
constexpr Fate fates[] = {dropped, rejected, lost, delayed, duplicated, reordered, corrupted};

std::string counter(const std::string& chain, const Fate& fate) {
  return fmt::format("{}_{}", chain, fate.word);
}

void add_peer_chain(NftBatch& batch, const std::string& table, const std::string& chain) {
  batch.add_chain(table, chain);
  for (const Fate& fate : fates) batch.add_counter(table, counter(chain, fate));
}

void let_through(NftBatch& batch, const std::string& table, const KeptConnection& kept) {
  const std::uint32_t peer = htonl(kept.peer);
  const std::uint16_t far = htons(kept.peer_port), near = htons(kept.own_port);
  batch.add(NftRule(table, "input")
                .protocol(IPPROTO_TCP)
                .network_header(source_address, bytes_of(peer))
                .transport_header(source_port, bytes_of(far))
                .transport_header(destination_port, bytes_of(near))
                .accept());
  batch.add(NftRule(table, "output")
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
    batch.add(
        NftRule(table, "input").network_header(source_address, bytes_of(address)).jump(chain));
    add_peer_chain(batch, table, "to_" + peer.name);
    batch.add(NftRule(table, "output")
                  .network_header(destination_address, bytes_of(address))
                  .jump("to_" + peer.name));
  }
  const std::uint16_t port = htons(plan.port);
  for (const NamedAddress& client : plan.clients) {
    const std::uint32_t address = htonl(client.address);
    add_peer_chain(batch, table, "from_" + client.name);
    batch.add(NftRule(table, "input")
                  .protocol(IPPROTO_TCP)
                  .network_header(source_address, bytes_of(address))
                  .transport_header(destination_port, bytes_of(port))
                  .jump("from_" + client.name));
    add_peer_chain(batch, table, "to_" + client.name);
    batch.add(NftRule(table, "output")
                  .protocol(IPPROTO_TCP)
                  .network_header(destination_address, bytes_of(address))
                  .transport_header(source_port, bytes_of(port))
                  .jump("to_" + client.name));
  }
  return batch;
}

}  // namespace

PacketFilter::PacketFilter(const FilterPlan& plan) : table_(plan.table) {
  for (const NamedAddress& peer : plan.peers) addresses_[peer.name] = peer.address;
  for (const auto& all : {plan.peers, plan.clients}) {
    for (const NamedAddress& one : all) {
      chains_.push_back("from_" + one.name);
      chains_.push_back("to_" + one.name);
    }
  }
  int error = socket_.carry_out(set_up(plan, true));
  // Kernels before 5.12 know no owners.
  if (error == EOPNOTSUPP || error == EINVAL) error = socket_.carry_out(set_up(plan, false));
  if (error != 0) {
    throw EnvironmentError("cannot make", fmt::format("the nftables table ip {}", table_), error,
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

std::vector<NftRule> PacketFilter::blocking(const std::string& chain, LinkRule::Block block) const {
  std::vector<NftRule> rules;
  switch (block) {
    case LinkRule::Block::none:
      break;
    case LinkRule::Block::drop:
      rules.emplace_back(table_, chain).count(counter(chain, dropped)).drop();
      break;
    case LinkRule::Block::reject:
      rules.emplace_back(table_, chain)
          .protocol(IPPROTO_TCP)
          .count(counter(chain, rejected))
          .reset_connection();
      rules.emplace_back(table_, chain).count(counter(chain, rejected)).say_unreachable();
      break;
    case LinkRule::Block::jam:
      throw std::logic_error("packet filter: cannot hold packets");
  }
  return rules;
}

// All of it or nothing, without a moment in between.
void PacketFilter::change(const std::string& chain, std::vector<NftRule> rules) {
  NftBatch batch;
  batch.clear_chain(table_, chain);
  for (NftRule& rule : rules) batch.add(std::move(rule));
  if (const int error = socket_.carry_out(std::move(batch)); error != 0)
    throw EnvironmentError("cannot change", fmt::format("the link {} in nftables", chain), error);
}

void PacketFilter::set(FilterSide side, const std::string& name, LinkRule::Block block,
                       Ratio loss) {
  const std::string chain = chain_of(side, name);
  std::vector<NftRule> rules = blocking(chain, block);
  if (!loss.is_zero())
    rules.emplace_back(table_, chain).chance(loss).count(counter(chain, lost)).drop();
  change(chain, std::move(rules));
}

void PacketFilter::steer(const std::string& peer, const Steering& steering) {
  const std::string chain = chain_of(FilterSide::to, peer);
  std::vector<NftRule> rules;
  if (!steering.duplicate.is_zero()) {
    // The copy comes by here as well, and keeps the mark of its original.
    rules.emplace_back(table_, chain)
        .is_not_of_priority(steering.copied)
        .chance(steering.duplicate)
        .set_priority(steering.copied)
        .count(counter(chain, duplicated))
        .duplicate_to(addresses_.at(peer));
  }
  // What overtakes is what the rest is late for.
  if (!steering.reorder.is_zero() && steering.holds) {
    rules.emplace_back(table_, chain)
        .chance(steering.reorder)
        .count(counter(chain, reordered))
        .accept();
  }
  if (!steering.corrupt.is_zero()) {
    NftRule& rule = rules.emplace_back(table_, chain);
    rule.chance(steering.corrupt).count(counter(chain, corrupted));
    if (steering.holds) rule.count(counter(chain, delayed));
    rule.set_priority(steering.corrupting).accept();
  }
  if (steering.holds)
    rules.emplace_back(table_, chain).count(counter(chain, delayed)).set_priority(steering.plain);
  change(chain, std::move(rules));
}

LinkCounters PacketFilter::counters(FilterSide side, const std::string& name) {
  const std::string chain = chain_of(side, name);
  LinkCounters counters;
  for (const Fate& fate : fates)
    counters.*fate.count = socket_.packets(table_, counter(chain, fate));
  counters.entered = counters.dropped_by_cut + counters.rejected + counters.lost;
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
