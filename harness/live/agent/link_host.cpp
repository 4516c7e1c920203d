#include "harness/live/agent/link_host.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <vector>

#include "harness/errors.hpp"
#include "harness/live/agent/link_shape.hpp"
#include "harness/live/agent/request_texts.hpp"
#include "harness/live/local/connectivity.hpp"

namespace faultrig::live {
namespace {

FilterSide side_of(const std::string& text) {
  if (text == "from") return FilterSide::from;
  if (text == "to") return FilterSide::to;
  throw EnvironmentError("cannot understand", fmt::format("the side `{}`", text), EPROTO);
}

LinkRule::Block block_of(std::int64_t number) {
  for (const auto block : {LinkRule::Block::none, LinkRule::Block::drop, LinkRule::Block::reject}) {
    if (number == static_cast<std::int64_t>(block)) return block;
  }
  throw EnvironmentError("cannot understand", fmt::format("block {}", number), EPROTO);
}

// Number: milliseconds of patience. Texts: name, address and port of each peer. Answers names of
// those that could not be reached, each with the reason.
AgentMessage probe(const AgentMessage& request, const std::string& node) {
  std::vector<ProbePair> pairs;
  for (std::size_t i = 0; i < request.texts.size(); i += 3) {
    pairs.push_back({node,
                     request.texts.at(i),
                     nullptr,
                     {request.texts.at(i + 1), port_of(request.texts.at(i + 2))}});
  }
  AgentMessage reply;
  const Connectivity measured =
      measure_connectivity(pairs, std::chrono::milliseconds(request.number));
  for (const Connectivity::Broken& broken : measured.broken) {
    reply.texts.push_back(broken.to);
    reply.texts.push_back(broken.why);
  }
  return reply;
}

}  // namespace

std::string LinkHost::set_up(const FilterPlan& plan, ShaperTrial trial) {
  filter_ = std::make_unique<PacketFilter>(plan);
  std::string why = PacketShaper::obstacle(plan.table, plan.peers, trial);
  if (why.empty()) shaper_ = std::make_unique<PacketShaper>(plan.table, plan.peers);
  return why;
}

AgentMessage LinkHost::answer(const AgentMessage& request, const std::string& node) {
  switch (request.verb) {
    case AgentVerb::link:
      set_link(request);
      return {};
    case AgentVerb::shape:
      shape(request);
      return {};
    case AgentVerb::counters:
      return counters(request);
    case AgentVerb::heal:
      if (filter_) filter_->clear();
      if (shaper_) shaper_->clear();
      return {};
    case AgentVerb::probe:
      return probe(request, node);
    default:
      throw EnvironmentError("cannot understand", "a request about links", EPROTO);
  }
}

void LinkHost::undo() {
  filter_.reset();
  shaper_.reset();
}

PacketFilter& LinkHost::filter() {
  if (!filter_) throw EnvironmentError("cannot cut", "a link without nftables", EPERM);
  return *filter_;
}

// Number: the block. Texts: the side and the name; then the share of packets that are lost.
void LinkHost::set_link(const AgentMessage& request) {
  const Ratio loss = request.texts.size() < 3 ? Ratio{} : ratio_of(request.texts.at(2));
  filter().set(side_of(request.texts.at(0)), request.texts.at(1), block_of(request.number), loss);
}

// Texts: the peer and a rule, see link_shape.
void LinkHost::shape(const AgentMessage& request) {
  if (!shaper_) throw EnvironmentError("cannot shape", "packets without netem", EPERM);
  const std::string& peer = request.texts.at(0);
  const LinkRule rule = link_shape_of({request.texts.begin() + 1, request.texts.end()});
  // Nothing is steered to where lanes are made or removed.
  filter().steer(peer, {});
  filter().steer(peer, shaper_->prepare(peer, rule));
}

AgentMessage LinkHost::counters(const AgentMessage& request) {
  const LinkCounters counted = filter().counters(side_of(request.texts.at(0)), request.texts.at(1));
  return {AgentVerb::done, 0, 0, to_texts(counted)};
}

}  // namespace faultrig::live
