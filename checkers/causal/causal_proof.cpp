#include "checkers/causal/causal_proof.hpp"

#include <algorithm>
#include <set>

namespace faultrig {

PathSearch::PathSearch(const CausalHistory& history)
    : history_(history),
      readers_begin_(std::size_t{history.size()} + 1, 0),
      came_(history.size()),
      reached_from_(history.sessions()) {
  const auto is_edge = [&](std::uint32_t read) {
    return history.is_judged_read(read) && history.source_of[read] != CausalHistory::initial;
  };
  for (std::uint32_t read = 0; read < history.size(); ++read) {
    if (is_edge(read)) ++readers_begin_[history.source_of[read] + 1];
  }
  for (std::uint32_t i = 0; i < history.size(); ++i) readers_begin_[i + 1] += readers_begin_[i];
  readers_.resize(readers_begin_.back());
  std::vector<std::uint32_t> next = readers_begin_;
  for (std::uint32_t read = 0; read < history.size(); ++read) {
    if (is_edge(read)) readers_[next[history.source_of[read]]++] = read;
  }
  edges_begin_.assign(std::size_t{history.size()} + 1, 0);
}

void PathSearch::set_edges(std::span<const ConflictEdge> edges) {
  edges_ = edges;
  edges_begin_.assign(std::size_t{history_.size()} + 1, 0);
  for (const ConflictEdge& edge : edges) ++edges_begin_[edge.from + 1];
  for (std::uint32_t i = 0; i < history_.size(); ++i) edges_begin_[i + 1] += edges_begin_[i];
  edges_from_.resize(edges.size());
  std::vector<std::uint32_t> next = edges_begin_;
  for (std::uint32_t i = 0; i < edges.size(); ++i) edges_from_[next[edges[i].from]++] = i;
}

bool PathSearch::is_inside(std::uint32_t operation, const Limits& limits) const {
  const std::uint32_t session = history_.session_of[operation];
  return (limits.begin.empty() || operation >= limits.begin[session]) &&
         (limits.end.empty() || operation < limits.end[session]);
}

void PathSearch::reach(std::uint32_t operation, std::uint32_t from, LinkReason reason,
                       std::uint32_t read, const Limits& limits) {
  if (came_[operation].search == search_ || !is_inside(operation, limits)) return;
  came_[operation] = {search_, from, reason, read};
  queue_.push_back(operation);
}

void PathSearch::expand(std::uint32_t operation, const Limits& limits) {
  const std::uint32_t session = history_.session_of[operation];
  std::uint32_t& reached = reached_from_[session];
  const std::uint32_t end = std::min(
      reached, limits.end.empty() ? history_.session_begin[session + 1] : limits.end[session]);
  for (std::uint32_t later = operation + 1; later < end; ++later, ++steps_) {
    reach(later, operation, LinkReason::session_order, 0, limits);
  }
  reached = std::min(reached, operation + 1);
  for (std::uint32_t i = readers_begin_[operation]; i < readers_begin_[operation + 1]; ++i) {
    const std::uint32_t reader = readers_[i];
    const bool counts = limits.only_reader == CausalHistory::none ||
                        history_.session_of[reader] == limits.only_reader;
    if (counts) reach(reader, operation, LinkReason::reads_from, 0, limits);
  }
  if (limits.edges_since == CausalHistory::none) return;
  for (std::uint32_t i = edges_begin_[operation]; i < edges_begin_[operation + 1]; ++i) {
    const ConflictEdge& edge = edges_[edges_from_[i]];
    if (edge.read < limits.edges_since) continue;
    reach(edge.to, operation, LinkReason::conflict_order, edge.read, limits);
  }
}

std::vector<CausalLink> PathSearch::find(std::uint32_t from, std::uint32_t to,
                                         const Limits& limits) {
  ++search_;
  queue_.assign(1, from);
  std::fill(reached_from_.begin(), reached_from_.end(), CausalHistory::none);
  for (std::size_t i = 0; i < queue_.size() && came_[to].search != search_; ++i, ++steps_) {
    expand(queue_[i], limits);
  }
  std::vector<CausalLink> path;
  if (came_[to].search != search_) return path;
  std::uint32_t at = to;
  do {
    const Came& came = came_[at];
    const bool is_conflict = came.reason == LinkReason::conflict_order;
    path.push_back({came.from, at, came.reason, is_conflict ? came.read : CausalHistory::none});
    at = came.from;
  } while (at != from);
  std::reverse(path.begin(), path.end());
  return path;
}

std::vector<std::uint32_t> add_links(CausalProof& proof, std::vector<CausalLink> links) {
  std::vector<std::uint32_t> places;
  for (CausalLink& link : links) {
    const auto [at, is_new] =
        proof.place_of.try_emplace({link.from, link.to, link.reason, link.read},
                                   static_cast<std::uint32_t>(proof.links.size()));
    if (is_new) proof.links.push_back(std::move(link));
    places.push_back(at->second);
  }
  return places;
}

std::size_t operations_named(const CausalProof& proof) {
  std::set<std::uint32_t> named;
  for (const CausalLink& link : proof.links) {
    named.insert({link.from, link.to});
    if (link.read != CausalHistory::none) named.insert(link.read);
  }
  return named.size();
}

}  // namespace faultrig
