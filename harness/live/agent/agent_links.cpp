#include "harness/live/agent/agent_links.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/live/agent/link_shape.hpp"

namespace faultrig::live {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds probe_margin{5'000};

// An agent that is there as long as the run.
class CallerLinks final : public LinkAgent {
 public:
  explicit CallerLinks(AgentCaller& caller) : caller_(caller) {}
  void impose(AgentMessage request, std::size_t) override { caller_.ask(std::move(request)); }
  LinkCounters counters(const std::string& side, const std::string& name) override {
    return link_counters_of(caller_.ask({AgentVerb::counters, 0, 0, {side, name}}).texts);
  }
  void begin(AgentMessage request, milliseconds patience) override {
    caller_.begin(std::move(request), patience);
  }
  std::vector<std::string> finish() override { return caller_.finish().texts; }

 private:
  AgentCaller& caller_;
};

}  // namespace

void AgentLinks::add(const std::string& node, AgentCaller& agent) {
  callers_.push_back(std::make_unique<CallerLinks>(agent));
  add(node, *callers_.back());
}

LinkAgent& AgentLinks::agent(const std::string& node) const {
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
  if (to == client_) return {agent(from), "to", to};
  if (from != client_) agent(from);
  return {agent(to), "from", from};
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
  const CutPlace place = place_of(from, to);
  place.agent.impose({AgentVerb::link,
                      static_cast<std::int64_t>(rule.block),
                      0,
                      {place.side, place.name, to_text(rule.loss)}},
                     2);
  rules_[{from, to}] = rule;
}

void AgentLinks::shape(const std::string& from, const std::string& to, const LinkRule& rule) {
  const std::vector<std::string> wanted = link_shape(rule);
  const auto in_force = shapes_.find({from, to});
  if (in_force == shapes_.end() ? wanted == link_shape({}) : in_force->second == wanted) return;
  std::optional<std::vector<std::string>>& sent = shapes_[{from, to}];
  sent.reset();
  std::vector<std::string> texts = wanted;
  texts.insert(texts.begin(), to);
  agent(from).impose({AgentVerb::shape, 0, 0, std::move(texts)}, 1);
  sent = wanted;
}

LinkRule AgentLinks::link(const std::string& from, const std::string& to) const {
  const auto found = rules_.find({from, to});
  return found == rules_.end() ? LinkRule{} : found->second;
}

LinkCounters AgentLinks::counters(const std::string& from, const std::string& to) const {
  if (!obstacles.filter.empty()) return {};
  const CutPlace place = place_of(from, to);
  const LinkCounters arriving = place.agent.counters(place.side, place.name);
  if (has_client(from, to) || !obstacles.packet.empty()) return arriving;
  return joined(agent(from).counters("to", to), arriving);
}

void AgentLinks::ask_all(const std::vector<std::string>& nodes,
                         const std::function<void(const std::string&, LinkAgent&)>& begin,
                         const std::function<void()>& meanwhile,
                         const std::function<void(const std::string&, LinkAgent&)>& finish) {
  std::vector<std::string> asked;
  const auto refused = first_refusal(nodes, [&](const std::string& node) {
    begin(node, agent(node));
    asked.push_back(node);
  });
  meanwhile();
  const auto later =
      first_refusal(asked, [&](const std::string& node) { finish(node, agent(node)); });
  if (refused) throw EnvironmentError(*refused);
  if (later) throw EnvironmentError(*later);
}

void AgentLinks::heal() {
  rules_.clear();
  shapes_.clear();
  std::vector<std::string> nodes;
  for (const auto& [name, agent] : agents_) nodes.push_back(name);
  ask_all(
      nodes,
      [](const std::string&, LinkAgent& agent) {
        agent.begin({AgentVerb::heal}, AgentCaller::usual_patience);
      },
      [] {}, [](const std::string&, LinkAgent& agent) { agent.finish(); });
}

void AgentLinks::probe(const Places& nodes, milliseconds patience, Connectivity& result,
                       const std::function<void()>& meanwhile) {
  std::vector<std::string> names;
  for (const auto& [node, address] : nodes) names.push_back(node);
  const auto begin = [&](const std::string& node, LinkAgent& agent) {
    AgentMessage request{AgentVerb::probe, patience.count()};
    for (const auto& [other, address] : nodes) {
      if (other == node) continue;
      request.texts.insert(request.texts.end(), {other, address.ip, std::to_string(address.port)});
      ++result.pairs;
    }
    agent.begin(std::move(request), patience + probe_margin);
  };
  ask_all(names, begin, meanwhile, [&](const std::string& node, LinkAgent& agent) {
    const std::vector<std::string> texts = agent.finish();
    for (std::size_t i = 0; i + 1 < texts.size(); i += 2)
      result.broken.push_back({node, texts[i], texts[i + 1]});
  });
}

}  // namespace faultrig::live
