#include "checkers/linearizability/observation.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <numeric>

#include "checkers/history/operation.hpp"

namespace faultrig {
namespace {

constexpr std::uint32_t nobody = std::numeric_limits<std::uint32_t>::max();

}  // namespace

ObservationGraph::ObservationGraph(std::span<const Sighting> sightings, ModelState initial)
    : sightings_(sightings), initial_(initial) {
  std::vector<std::uint32_t> certain;
  std::vector<std::uint32_t> blind;
  for (std::uint32_t i = 0; i < sightings.size(); ++i) {
    if (!sightings[i].written) continue;
    const ModelState state = *sightings[i].written;
    if (state >= writers_of_.size()) writers_of_.resize(state + 1);
    Writers& writers = writers_of_[state];
    if (sightings[i].completed_at == Operation::never) {
      writers.unknown.push_back(i);
      continue;
    }
    writers.certain.push_back(i);
    const std::int64_t before =
        writers.latest_completion.empty() ? -1 : writers.latest_completion.back();
    writers.latest_completion.push_back(std::max(before, sightings[i].completed_at));
    certain.push_back(i);
    if (!sightings[i].observed) blind.push_back(i);
  }
  latest_ = latest_of(std::move(certain));
  latest_blind_ = latest_of(std::move(blind));
}

std::vector<ObservationGraph::Latest> ObservationGraph::latest_of(
    std::vector<std::uint32_t> mutations) const {
  std::sort(mutations.begin(), mutations.end(), [&](std::uint32_t a, std::uint32_t b) {
    return sightings_[a].completed_at < sightings_[b].completed_at;
  });
  const auto is_later = [&](std::uint32_t a, std::uint32_t b) {
    return b == nobody || sightings_[a].invoked_at > sightings_[b].invoked_at;
  };
  std::vector<Latest> result;
  std::uint32_t first = nobody;
  std::uint32_t other = nobody;
  for (std::uint32_t i : mutations) {
    if (first == nobody || sightings_[i].written == sightings_[first].written) {
      if (is_later(i, first)) first = i;
    } else if (is_later(i, first)) {
      other = first;
      first = i;
    } else if (is_later(i, other)) {
      other = i;
    }
    result.push_back({sightings_[i].completed_at, first, other});
  }
  return result;
}

// The latest invoked of the mutations to something else that ended before `observer` began.
std::optional<ObservationGraph::Overwriter> ObservationGraph::overwriter_of(
    std::uint32_t observer, const std::vector<Latest>& latest) const {
  const Sighting& sighting = sightings_[observer];
  const auto after =
      std::lower_bound(latest.begin(), latest.end(), sighting.invoked_at,
                       [](const Latest& each, std::int64_t at) { return each.completed_at < at; });
  if (after == latest.begin()) return std::nullopt;
  const Latest& last = *(after - 1);
  const bool is_same = sightings_[last.first].written == sighting.observed;
  const std::uint32_t number = is_same ? last.other : last.first;
  if (number == nobody) return std::nullopt;
  return Overwriter{number, sightings_[number].invoked_at};
}

std::vector<std::uint32_t> ObservationGraph::possible_authors(std::uint32_t observer,
                                                              std::size_t limit) const {
  const Sighting& sighting = sightings_[observer];
  std::vector<std::uint32_t> authors;
  if (*sighting.observed >= writers_of_.size()) return authors;
  const Writers& writers = writers_of_[*sighting.observed];
  const std::optional<Overwriter> overwriter = overwriter_of(observer, latest_);
  const auto invoked_before_the_end = [&](const std::vector<std::uint32_t>& numbers) {
    const auto end = std::lower_bound(numbers.begin(), numbers.end(), sighting.completed_at,
                                      [&](std::uint32_t writer, std::int64_t completed) {
                                        return sightings_[writer].invoked_at < completed;
                                      });
    return static_cast<std::size_t>(end - numbers.begin());
  };
  for (std::size_t i = invoked_before_the_end(writers.certain); i > 0; --i) {
    // Earlier ones were all overwritten.
    if (overwriter && writers.latest_completion[i - 1] < overwriter->invoked_at) break;
    const std::uint32_t writer = writers.certain[i - 1];
    const bool is_overwritten =
        overwriter && sightings_[writer].completed_at < overwriter->invoked_at;
    if (writer != observer && !is_overwritten) authors.push_back(writer);
    if (authors.size() == limit) return authors;
  }
  for (std::size_t i = invoked_before_the_end(writers.unknown); i > 0; --i) {
    if (writers.unknown[i - 1] != observer) authors.push_back(writers.unknown[i - 1]);
    if (authors.size() == limit) return authors;
  }
  return authors;
}

std::vector<std::uint32_t> ObservationGraph::all_writers_of(ModelState state) const {
  const Writers& writers = writers_of_[state];
  std::vector<std::uint32_t> all;
  std::merge(writers.certain.begin(), writers.certain.end(), writers.unknown.begin(),
             writers.unknown.end(), std::back_inserter(all));
  return all;
}

std::uint32_t ObservationGraph::surely_not_author(std::uint32_t observer) const {
  const Sighting& sighting = sightings_[observer];
  // What a read of the initial value saw needs no author.
  if (*sighting.observed == initial_ || *sighting.observed >= writers_of_.size()) return nobody;
  std::uint32_t last_overwritten = nobody;
  for (std::uint32_t writer : all_writers_of(*sighting.observed)) {
    if (writer == observer) continue;
    if (sightings_[writer].invoked_at > sighting.completed_at) {
      return last_overwritten != nobody ? last_overwritten : writer;
    }
    const bool is_later =
        last_overwritten == nobody ||
        sightings_[writer].completed_at > sightings_[last_overwritten].completed_at;
    if (is_later) last_overwritten = writer;
  }
  return last_overwritten;
}

std::vector<std::uint32_t> ObservationGraph::possible_predecessors(std::uint32_t observer) const {
  const Sighting& sighting = sightings_[observer];
  const std::optional<Overwriter> overwriter = overwriter_of(observer, latest_);
  std::vector<std::uint32_t> predecessors;
  for (std::uint32_t i = 0; i < sightings_.size(); ++i) {
    if (!sightings_[i].written) continue;
    if (sightings_[i].invoked_at > sighting.completed_at) break;
    const bool is_overwritten = overwriter && sightings_[i].completed_at < overwriter->invoked_at;
    if (!is_overwritten) predecessors.push_back(i);
  }
  return predecessors;
}

std::vector<std::uint32_t> ObservationGraph::needed_by(std::uint32_t observer) const {
  if (sightings_[observer].saw_anything_but) return possible_predecessors(observer);
  if (!sightings_[observer].observed) return {};
  std::vector<std::uint32_t> authors = possible_authors(observer, sightings_.size());
  if (!authors.empty()) return authors;
  const std::uint32_t author = surely_not_author(observer);
  return author == nobody ? authors : std::vector<std::uint32_t>{author};
}

// Empty when the observer may have seen somebody, or the initial value.
std::vector<std::uint32_t> ObservationGraph::contradiction_of(std::uint32_t observer) const {
  const Sighting& sighting = sightings_[observer];
  // What may never have happened proves nothing.
  if (!sighting.observed || sighting.completed_at == Operation::never) return {};
  if (!possible_authors(observer, 1).empty()) return {};
  const bool starts_so = *sighting.observed == initial_;
  const std::optional<Overwriter> overwriter = overwriter_of(observer, latest_);
  if (starts_so && !overwriter) return {};
  std::vector<std::uint32_t> contradiction = {observer};
  const std::uint32_t author = surely_not_author(observer);
  if (author != nobody) contradiction.push_back(author);
  const std::int64_t overwritten_since = starts_so          ? -1
                                         : author != nobody ? sightings_[author].completed_at
                                                            : Operation::never;
  if (overwriter && overwriter->invoked_at > overwritten_since) {
    const auto blind = overwriter_of(observer, latest_blind_);
    const bool is_enough = blind && blind->invoked_at > overwritten_since;
    contradiction.push_back(is_enough ? blind->number : overwriter->number);
  }
  return contradiction;
}

void ObservationGraph::drop(std::span<const std::uint32_t> dropped, std::vector<bool>& kept) {
  if (dependents_.empty()) {
    dependents_.resize(sightings_.size());
    for (std::uint32_t i = 0; i < sightings_.size(); ++i) {
      for (std::uint32_t author : needed_by(i)) dependents_[author].push_back(i);
    }
  }
  std::vector<std::uint32_t> pending(dropped.begin(), dropped.end());
  while (!pending.empty()) {
    const std::uint32_t number = pending.back();
    pending.pop_back();
    if (!kept[number]) continue;
    kept[number] = false;
    pending.insert(pending.end(), dependents_[number].begin(), dependents_[number].end());
  }
}

std::vector<std::uint32_t> ObservationGraph::closure_of(std::vector<std::uint32_t> numbers) const {
  std::vector<bool> kept(sightings_.size(), false);
  std::vector<std::uint32_t> closed;
  while (!numbers.empty()) {
    const std::uint32_t number = numbers.back();
    numbers.pop_back();
    if (kept[number]) continue;
    kept[number] = true;
    closed.push_back(number);
    const std::vector<std::uint32_t> needed = needed_by(number);
    numbers.insert(numbers.end(), needed.begin(), needed.end());
  }
  std::sort(closed.begin(), closed.end());
  return closed;
}

std::vector<std::uint32_t> ObservationGraph::obvious_contradiction() const {
  constexpr std::size_t tried = 32;
  std::vector<std::uint32_t> by_completion(sightings_.size());
  std::iota(by_completion.begin(), by_completion.end(), 0U);
  std::sort(by_completion.begin(), by_completion.end(), [&](std::uint32_t a, std::uint32_t b) {
    return sightings_[a].completed_at < sightings_[b].completed_at;
  });
  std::vector<std::uint32_t> smallest;
  std::size_t found = 0;
  for (std::uint32_t observer : by_completion) {
    std::vector<std::uint32_t> contradiction = contradiction_of(observer);
    if (contradiction.empty()) continue;
    std::vector<std::uint32_t> closed = closure_of(std::move(contradiction));
    if (smallest.empty() || closed.size() < smallest.size()) smallest = std::move(closed);
    if (++found == tried) break;
  }
  return smallest;
}

}  // namespace faultrig
