#include "checkers/linearizability/fast/fast_queue.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "checkers/linearizability/fast/certain_cover.hpp"
#include "checkers/linearizability/fast/event_ranks.hpp"
#include "checkers/linearizability/fast/value_lives.hpp"

namespace faultrig {
namespace {

constexpr std::uint32_t none = ValueLife::none;

std::uint32_t trimmed_insert_end(const ValueLife& life) {
  return std::min(life.insert_end, life.remove_end);
}
std::uint32_t trimmed_remove_begin(const ValueLife& life) {
  return std::max(life.remove_begin, life.insert_begin);
}

std::optional<FastVerdict> find_overtaken(const ValueLives& lives) {
  // Of the values whose enqueue begins at this event or later, the one dequeued first.
  std::vector<std::uint32_t> first_out(std::size_t{lives.events} + 1, none);
  for (std::uint32_t i = 0; i < lives.lives.size(); ++i) first_out[lives.lives[i].insert_begin] = i;
  for (std::size_t event = lives.events; event-- > 0;) {
    const std::uint32_t later = first_out[event + 1];
    if (later == none) continue;
    const std::uint32_t here = first_out[event];
    if (here == none || lives.lives[later].remove_end < lives.lives[here].remove_end) {
      first_out[event] = later;
    }
  }
  for (const ValueLife& value : lives.lives) {
    const std::uint32_t other = first_out[trimmed_insert_end(value)];
    if (other == none) continue;
    const ValueLife& overtaker = lives.lives[other];
    if (overtaker.remove_end >= trimmed_remove_begin(value)) continue;
    const std::array pair = {value, overtaker};
    return contradicted(value.is_removed() ? "left before a value that was there before it"
                                           : "left, and a value that was there before it stayed",
                        positions_of(pair));
  }
  return std::nullopt;
}

// A value, or a sighting of emptiness as a value. In double time: event r is 2r+1, gap g is 2g.
struct Passage {
  std::uint32_t insert_begin, insert_end, remove_begin, remove_end;
  std::uint32_t insert, remove;  // positions; a sighting has only `remove`
};

std::vector<Passage> passages_of(const ValueLives& lives, const std::vector<std::uint32_t>& gaps) {
  std::vector<Passage> passages;
  passages.reserve(lives.lives.size() + gaps.size());
  for (const ValueLife& life : lives.lives) {
    passages.push_back({2 * life.insert_begin + 1, 2 * trimmed_insert_end(life) + 1,
                        2 * trimmed_remove_begin(life) + 1, 2 * life.remove_end + 1, life.insert,
                        life.remove});
  }
  for (std::size_t i = 0; i < gaps.size(); ++i) {
    const std::uint32_t at = 2 * gaps[i];
    passages.push_back({at, at, at, at, none, lives.empties[i].position});
  }
  return passages;
}

// One of the two interval orders: which passages have no predecessor left.
class Minimal {
 public:
  Minimal(std::vector<std::uint32_t> begins, std::vector<std::uint32_t> ends, std::uint32_t largest)
      : begins_(std::move(begins)),
        ends_(std::move(ends)),
        by_begin_(sorted_by(begins_, largest)),
        by_end_(sorted_by(ends_, largest)) {}

  // Calls back with each passage that has become minimal since the last call.
  template <typename OnMinimal>
  void advance(const std::vector<bool>& is_gone, OnMinimal on_minimal) {
    while (first_end_ < by_end_.size() && is_gone[by_end_[first_end_]]) ++first_end_;
    if (first_end_ == by_end_.size()) return;
    const std::uint32_t bound = ends_[by_end_[first_end_]];
    while (next_ < by_begin_.size() && begins_[by_begin_[next_]] <= bound) {
      on_minimal(by_begin_[next_++]);
    }
  }

 private:
  std::vector<std::uint32_t> begins_, ends_, by_begin_, by_end_;
  std::size_t first_end_ = 0;
  std::size_t next_ = 0;
};

template <typename Member>
std::vector<std::uint32_t> times_of(const std::vector<Passage>& passages, Member member) {
  std::vector<std::uint32_t> times;
  times.reserve(passages.size());
  for (const Passage& passage : passages) times.push_back(passage.*member);
  return times;
}

// The passages in an order that keeps `->`.
std::vector<std::uint32_t> order_of_passage(const std::vector<Passage>& passages,
                                            std::uint32_t events) {
  const std::uint32_t largest = 2 * events + 1;
  Minimal inserts(times_of(passages, &Passage::insert_begin),
                  times_of(passages, &Passage::insert_end), largest);
  Minimal removes(times_of(passages, &Passage::remove_begin),
                  times_of(passages, &Passage::remove_end), largest);
  std::vector<bool> is_gone(passages.size(), false), is_half_free(passages.size(), false);
  std::vector<std::uint32_t> free, order;
  order.reserve(passages.size());
  const auto on_minimal = [&](std::uint32_t passage) {
    if (is_half_free[passage]) free.push_back(passage);
    is_half_free[passage] = true;
  };
  while (order.size() < passages.size()) {
    inserts.advance(is_gone, on_minimal);
    removes.advance(is_gone, on_minimal);
    // Excluded by the claim in the header.
    if (free.empty()) throw std::logic_error("a queue without overtaking has an order of passage");
    is_gone[free.back()] = true;
    order.push_back(free.back());
    free.pop_back();
  }
  return order;
}

// Everything as early as it can be; in one gap a value leaves before a later one enters.
std::vector<std::uint32_t> operations_in(const std::vector<Passage>& passages,
                                         const std::vector<std::uint32_t>& order) {
  std::vector<std::uint32_t> positions;
  std::size_t out = 0;  // the next to leave
  std::uint32_t last_in = 0, last_out = 0;
  std::vector<std::uint32_t> entered_at;
  const auto gap_after = [](std::uint32_t time) { return time + time % 2; };
  const auto leaves_at = [&](std::size_t number) {
    const Passage& passage = passages[order[number]];
    return std::max({last_out, entered_at[number], gap_after(passage.remove_begin)});
  };
  const auto leave = [&] {
    last_out = leaves_at(out);
    const std::uint32_t position = passages[order[out++]].remove;
    if (position != none) positions.push_back(position);
  };
  for (std::uint32_t number : order) {
    last_in = std::max(last_in, gap_after(passages[number].insert_begin));
    while (out < entered_at.size() && leaves_at(out) <= last_in) leave();
    entered_at.push_back(last_in);
    if (passages[number].insert != none) positions.push_back(passages[number].insert);
  }
  while (out < order.size()) leave();
  return positions;
}

FastVerdict decide(const ValueLives& lives) {
  if (auto overtaken = find_overtaken(lives)) return std::move(*overtaken);
  EmptyGaps empties = place_empties(lives, CertainCover(lives.lives, lives.events));
  if (empties.contradiction) return std::move(*empties.contradiction);
  const std::vector<Passage> passages = passages_of(lives, empties.gaps);
  return linearizable_as(operations_in(passages, order_of_passage(passages, lives.events)));
}

}  // namespace

FastVerdict decide_fifo_queue(std::span<const CollectionOperation> operations) {
  return decide_by_lives(operations, decide);
}

}  // namespace faultrig
