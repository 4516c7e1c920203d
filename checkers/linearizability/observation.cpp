#include "checkers/linearizability/observation.hpp"

#include <algorithm>
#include <limits>

#include "checkers/history/operation.hpp"

namespace faultrig {
namespace {

constexpr std::uint32_t nobody = std::numeric_limits<std::uint32_t>::max();

}  // namespace

ObservationGraph::ObservationGraph(std::span<const Sighting> sightings, ModelState initial)
    : sightings_(sightings), dependents_(sightings.size()), needed_(sightings.size()) {
  std::vector<std::uint32_t> certain;
  std::vector<std::uint32_t> blind;
  for (std::uint32_t i = 0; i < sightings.size(); ++i) {
    if (!sightings[i].written) continue;
    const ModelState state = *sightings[i].written;
    if (state >= writers_of_.size()) writers_of_.resize(state + 1);
    writers_of_[state].push_back(i);
    if (sightings[i].completed_at == Operation::never) continue;
    certain.push_back(i);
    if (!sightings[i].observed) blind.push_back(i);
  }
  latest_ = latest_of(std::move(certain));
  latest_blind_ = latest_of(std::move(blind));
  for (std::uint32_t i = 0; i < sightings.size(); ++i) {
    if (sightings[i].observed) find_writers(i, initial);
  }
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

void ObservationGraph::need(std::uint32_t observer, std::uint32_t writer) {
  dependents_[writer].push_back(observer);
  needed_[observer].push_back(writer);
}

void ObservationGraph::find_writers(std::uint32_t observer, ModelState initial) {
  const Sighting& sighting = sightings_[observer];
  const std::optional<Overwriter> overwriter = overwriter_of(observer, latest_);
  std::uint32_t last_overwritten = nobody;
  std::uint32_t first_too_late = nobody;
  bool any_possible = false;
  if (*sighting.observed < writers_of_.size()) {
    for (std::uint32_t writer : writers_of_[*sighting.observed]) {
      const Sighting& written = sightings_[writer];
      if (writer == observer) continue;
      if (written.invoked_at > sighting.completed_at) {
        const bool is_earlier =
            first_too_late == nobody || written.invoked_at < sightings_[first_too_late].invoked_at;
        if (is_earlier) first_too_late = writer;
        continue;
      }
      if (overwriter && written.completed_at < overwriter->invoked_at) {
        const bool is_later = last_overwritten == nobody ||
                              written.completed_at > sightings_[last_overwritten].completed_at;
        if (is_later) last_overwritten = writer;
        continue;
      }
      any_possible = true;
      need(observer, writer);
    }
  }
  if (any_possible) return;
  const bool starts_so = *sighting.observed == initial;
  const std::uint32_t author = starts_so                    ? nobody
                               : last_overwritten != nobody ? last_overwritten
                                                            : first_too_late;
  if (author != nobody) need(observer, author);
  // With no overwriter a read of the initial value is no contradiction, and what may never have
  // happened proves nothing.
  if ((starts_so && !overwriter) || sighting.completed_at == Operation::never) return;
  std::vector<std::uint32_t> contradiction;
  if (author != nobody) contradiction.push_back(author);
  if (overwriter && (starts_so || last_overwritten != nobody)) {
    const auto blind = overwriter_of(observer, latest_blind_);
    const bool is_enough =
        blind && (starts_so || blind->invoked_at > sightings_[author].completed_at);
    contradiction.push_back(is_enough ? blind->number : overwriter->number);
  }
  contradiction.push_back(observer);
  contradictions_.push_back(std::move(contradiction));
}

void ObservationGraph::drop(std::span<const std::uint32_t> dropped, std::vector<bool>& kept) const {
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
    numbers.insert(numbers.end(), needed_[number].begin(), needed_[number].end());
  }
  std::sort(closed.begin(), closed.end());
  return closed;
}

std::vector<std::uint32_t> ObservationGraph::obvious_contradiction() const {
  constexpr std::size_t tried = 32;
  std::vector<std::vector<std::uint32_t>> first = contradictions_;
  std::sort(first.begin(), first.end(), [&](const auto& a, const auto& b) {
    return sightings_[a.back()].completed_at < sightings_[b.back()].completed_at;
  });
  std::vector<std::uint32_t> smallest;
  for (std::size_t i = 0; i < std::min(tried, first.size()); ++i) {
    std::vector<std::uint32_t> closed = closure_of(first[i]);
    if (smallest.empty() || closed.size() < smallest.size()) smallest = std::move(closed);
  }
  return smallest;
}

}  // namespace faultrig
