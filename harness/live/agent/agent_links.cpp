#include "harness/live/agent/agent_links.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/live/agent/link_shape.hpp"

namespace faultrig::live {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds probe_margin{5'000};

}  // namespace

AgentCaller& AgentLinks::agent(const std::string& node) const {
  std::vector<std::string> names;
  for (const auto& [name, agent] : agents_) {
    if (name == node) return *agent;
    names.push_back(name);
  }
  throw UsageError(fmt::format("there is no node `{}` in this run", node),
                   fmt::format("there are {}", fmt::join(names, ", ")));
}

std::string AgentLinks::cannot(Capability capability) const {
  if (!obstacles.filter.empty()) return obstacles.filter;
  if (capability == Capability::client_links) return obstacles.clients;
  if (capability == Capability::packet) return obstacles.packet;
  return capability == Capability::jam ? obstacles.jam : "";
}

AgentLinks::CutPlace AgentLinks::place_of(const std::string& from, const std::string& to) const {
  if (to == client_) return {agent(from), {"to", to}};
  if (from != client_) agent(from);
  return {agent(to), {"from", from}};
}

void AgentLinks::set_link(const std::string& from, const std::string& to, const LinkRule& rule) {
  LinkRule rest = rule;
  rest.block = LinkRule::Block::none;
  std::string why = cannot(has_client(from, to) ? Capability::client_links : Capability::cut);
  if (!rest.is_clear()) {
    why = has_client(from, to) ? "packets to and from clients are not shaped"
                               : cannot(Capability::packet);
  }
  if (rule.block == LinkRule::Block::jam) why = cannot(Capability::jam);
  if (!why.empty()) {
    if (rule.is_clear()) return;
    throw EnvironmentError(fmt::format("cannot set the link {} ->", from), to, 0, why);
  }
  shape(from, to, rule);
  CutPlace place = place_of(from, to);
  place.texts.push_back(to_text(rule.loss));
  place.agent.ask(
      {AgentVerb::link, static_cast<std::int64_t>(rule.block), 0, std::move(place.texts)});
  rules_[{from, to}] = rule;
}

void AgentLinks::shape(const std::string& from, const std::string& to, const LinkRule& rule) {
  std::vector<std::string> wanted = link_shape(rule);
  if (wanted == link_shape(link(from, to))) return;
  wanted.insert(wanted.begin(), to);
  agent(from).ask({AgentVerb::shape, 0, 0, std::move(wanted)});
}

LinkRule AgentLinks::link(const std::string& from, const std::string& to) const {
  const auto found = rules_.find({from, to});
  return found == rules_.end() ? LinkRule{} : found->second;
}

LinkCounters AgentLinks::counters(const std::string& from, const std::string& to) const {
  if (!obstacles.filter.empty()) return {};
  const auto ask = [](const CutPlace& place) {
    return link_counters_of(place.agent.ask({AgentVerb::counters, 0, 0, place.texts}).texts);
  };
  const LinkCounters arriving = ask(place_of(from, to));
  if (has_client(from, to) || !obstacles.packet.empty()) return arriving;
  return joined(ask({agent(from), {"to", to}}), arriving);
}

void AgentLinks::heal() {
  rules_.clear();
  for (const auto& [name, agent] : agents_) agent->begin({AgentVerb::heal});
  for_all(agents_, [](const auto& one) { one.second->finish(); });
}

void AgentLinks::probe(const Places& nodes, milliseconds patience, Connectivity& result,
                       const std::function<void()>& meanwhile) {
  for (const auto& [node, own] : nodes) {
    AgentMessage request{AgentVerb::probe, patience.count()};
    for (const auto& [other, address] : nodes) {
      if (other == node) continue;
      request.texts.insert(request.texts.end(), {other, address.ip, std::to_string(address.port)});
      ++result.pairs;
    }
    agent(node).begin(std::move(request), patience + probe_margin);
  }
  meanwhile();
  for_all(nodes, [&](const auto& one) {
    const AgentMessage answer = agent(one.first).finish();
    for (std::size_t i = 0; i + 1 < answer.texts.size(); i += 2)
      result.broken.push_back({one.first, answer.texts[i], answer.texts[i + 1]});
  });
}

}  // namespace faultrig::live
