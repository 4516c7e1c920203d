// The links between nodes that have an agent each, and to the one client machine, which has none:
// which agent does what to which packets, and what it counted.
//
// Packets are cut where they arrive; what goes to a client is stopped where it leaves. All but cuts
// and loss is done where packets leave, between nodes only.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/cluster.hpp"
#include "harness/errors.hpp"
#include "harness/live/agent/agent_caller.hpp"
#include "harness/live/client_network.hpp"

namespace faultrig::live {

// Does it for all although some refuse; what the first one said.
template <typename Things, typename Step>
std::optional<EnvironmentError> first_refusal(Things& things, const Step& step) {
  std::optional<EnvironmentError> refused;
  for (auto& thing : things) {
    try {
      step(thing);
    } catch (const EnvironmentError& error) {
      if (!refused) refused = error;
    }
  }
  return refused;
}

// The same, thrown.
template <typename Things, typename Step>
void for_all(Things& things, const Step& step) {
  if (const auto refused = first_refusal(things, step)) throw EnvironmentError(*refused);
}

// Why something cannot be done to them; empty where it can.
struct LinkObstacles {
  std::string filter;   // no cuts, and nothing else
  std::string packet;   // nothing that is more than a cut
  std::string clients;  // nothing on links of clients
  std::string jam;
};

// What is asked of whoever acts for a node. All throw EnvironmentError.
class LinkAgent {
 public:
  virtual ~LinkAgent() = default;
  // A link or a shape, in force until it is asked for anew with the same first texts, or healed.
  virtual void impose(AgentMessage request, std::size_t first_texts) = 0;
  virtual LinkCounters counters(const std::string& side, const std::string& name) = 0;
  // Several heal, or probe, at once: begin for each, then finish, which gives the answer's texts.
  virtual void begin(AgentMessage request, std::chrono::milliseconds patience) = 0;
  virtual std::vector<std::string> finish() = 0;
};

class AgentLinks {
 public:
  AgentLinks(std::string client, std::string no_jam) : client_(std::move(client)) {
    obstacles.jam = std::move(no_jam);
  }
  // `agent` must outlive the calls below.
  void add(const std::string& node, LinkAgent& agent) { agents_.emplace_back(node, &agent); }
  void add(const std::string& node, AgentCaller& agent);

  // Of cuts, rejects, jams, packet faults, links of clients.
  std::string cannot(Capability capability) const;

  // As those of Cluster.
  void set_link(const std::string& from, const std::string& to, const LinkRule& rule);
  LinkRule link(const std::string& from, const std::string& to) const;
  LinkCounters counters(const std::string& from, const std::string& to) const;
  void heal();

  using Places = std::vector<std::pair<std::string, NodeAddress>>;
  // Every node of `nodes` asks all others; `meanwhile` is called while they do.
  void probe(const Places& nodes, std::chrono::milliseconds patience, Connectivity& result,
             const std::function<void()>& meanwhile);

  LinkObstacles obstacles;

 private:
  // Where a link is cut, and what it is called there.
  struct CutPlace {
    LinkAgent& agent;
    std::string side, name;
  };
  // UsageError when there is no such node.
  LinkAgent& agent(const std::string& node) const;
  CutPlace place_of(const std::string& from, const std::string& to) const;
  bool has_client(const std::string& from, const std::string& to) const {
    return from == client_ || to == client_;
  }
  void shape(const std::string& from, const std::string& to, const LinkRule& rule);
  // begin() and then finish() for all nodes, also where some refuse; throws what the first one
  // said.
  void ask_all(const std::vector<std::string>& nodes,
               const std::function<void(const std::string&, LinkAgent&)>& begin,
               const std::function<void()>& meanwhile,
               const std::function<void(const std::string&, LinkAgent&)>& finish);

  std::string client_;
  std::vector<std::unique_ptr<LinkAgent>> callers_;  // around agents that need no more
  std::vector<std::pair<std::string, LinkAgent*>> agents_;
  std::map<std::pair<std::string, std::string>, LinkRule> rules_;
  // As sent; nothing where that was refused, so anything may be in force.
  std::map<std::pair<std::string, std::string>, std::optional<std::vector<std::string>>> shapes_;
};

}  // namespace faultrig::live
