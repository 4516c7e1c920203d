#include "nemesis/orders.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "nemesis/parameters.hpp"
#include "nemesis/process.hpp"

namespace faultrig {
namespace {

bool is_in(const std::string& word, const std::vector<std::string>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::vector<std::string> read_targets(const Options& options, const Cluster& cluster) {
  const std::vector<std::string> targets = options.texts("targets", {});
  std::vector<std::string> known = cluster.nodes();
  known.insert(known.end(), target_roles().begin(), target_roles().end());
  for (const std::string& target : targets) {
    if (!is_in(target, known)) {
      throw options.error("targets", fmt::format("unknown target `{}`", target),
                          did_you_mean(target, known));
    }
  }
  return targets;
}

// Throws UsageError unless every end is a node or a client machine.
std::vector<std::string> read_links(const Options& options, const Cluster& cluster) {
  const std::vector<std::string> links = options.texts("links", {});
  if (links.empty()) {
    throw options.error("links", "`partition-cut` needs links",
                        "name them: links = [\"n1 -> n2\", \"n2 -> n1\"]");
  }
  std::vector<std::string> known = cluster.nodes();
  const std::vector<std::string>& clients = cluster.client_machines();
  known.insert(known.end(), clients.begin(), clients.end());
  for (const std::string& text : links) {
    const std::optional<Link> link = link_from(text);
    if (!link || !is_in(link->from, known) || !is_in(link->to, known)) {
      throw options.error("links", fmt::format("unknown link `{}`", text),
                          "a link is two machines: \"n1 -> n2\"");
    }
    const std::string why = cluster.cannot(Capability::client_links);
    if (!why.empty() && (is_in(link->from, clients) || is_in(link->to, clients))) {
      throw options.error("links", fmt::format("link `{}` cannot be cut on backend `{}`: {}", text,
                                               cluster.backend(), why));
    }
  }
  return links;
}

}  // namespace

std::vector<std::string> parameter_names(const std::vector<std::string>& kinds) {
  std::vector<std::string> names;
  for (const std::string& kind : kinds) {
    for (const FaultParameter& parameter : fault_parameters(kind)) {
      if (!is_in(parameter.name, names)) names.push_back(parameter.name);
    }
  }
  return names;
}

bool takes_targets(const std::string& kind) { return kind != "partition-majorities-ring"; }

FaultOrder read_order(const std::string& kind, const Options& options, const Cluster& cluster) {
  FaultOrder order;
  order.kind = kind;
  if (takes_targets(kind)) order.targets = read_targets(options, cluster);
  if (kind == "partition-cut") {
    order.links = read_links(options, cluster);
    order.note = options.text("note", "");
  }
  for (const FaultParameter& parameter : fault_parameters(kind)) {
    if (!options.has(parameter.name)) continue;
    order.parameters[parameter.name] =
        options.integer(parameter.name, parameter.fallback, parameter.low, parameter.high);
  }
  return order;
}

std::string why_impossible(const std::string& kind, const Cluster& cluster) {
  for (const Capability need : find_fault(kind)->needs) {
    if (std::string why = cluster.cannot(need); !why.empty()) return why;
  }
  return "";
}

void refuse_impossible(const std::string& word, const std::string& kind, const Cluster& cluster,
                       const std::string& file) {
  const std::string why = why_impossible(kind, cluster);
  if (why.empty()) return;
  throw UsageError(
      fmt::format("fault `{}` cannot be done on backend `{}`: {}", word, cluster.backend(), why),
      "choose other faults, or a backend that can", file);
}

void refuse_too_few(const std::string& kind, const std::vector<std::string>& targets,
                    const Cluster& cluster, const std::string& file) {
  const std::size_t fewest = fewest_nodes(kind, targets);
  const std::size_t count = cluster.nodes().size();
  if (count >= fewest) return;
  throw UsageError(fmt::format("fault `{}` can do nothing with {} node{}: it needs at least {}",
                               kind, count, count == 1 ? "" : "s", fewest),
                   "choose other faults, or more nodes", file);
}

}  // namespace faultrig
