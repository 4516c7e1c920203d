// Is there an order of all operations that keeps each process's own order, whatever the clocks
// said? Sequential consistency (Lamport 1979, "How to make a multiprocessor computer that correctly
// executes multiprocess programs"). It does not split by key: two objects can each look fine and
// contradict each other together, so one search holds the state of all of them.
//
// Depth first over (how far each process came, state of each object), none entered twice. An
// operation that changes nothing and fits is placed at once; else what was invoked first in real
// time is tried first, which leads straight through a history that is linearizable.
// Cost: NP-complete (Gibbons and Korach 1997); bounded by the limits.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "checkers/linearizability/configuration_set.hpp"
#include "checkers/linearizability/interval.hpp"
#include "checkers/linearizability/search_result.hpp"

namespace faultrig {

template <Model M>
class ProgramOrderSearch {
 public:
  // The intervals of each object, with the object's own model. Both must outlive the search.
  struct Object {
    M* model;
    std::span<const IntervalOf<M>> intervals;
  };

  ProgramOrderSearch(std::vector<Object> objects, SearchLimits limits)
      : objects_(std::move(objects)),
        limits_(limits),
        programs_(programs_of(objects_)),
        words_(1 + (programs_.size() + objects_.size() + 1) / 2, 0),
        seen_(words_.size(), limits.bytes) {
    words_[0] = 1;  // a configuration's first word is never 0
    for (std::size_t i = 0; i < objects_.size(); ++i) set_state(i, objects_[i].model->initial());
    for (const auto& program : programs_) {
      for (const Step& step : program) left_ += step.interval->is_certain() ? 1 : 0;
    }
  }

  SearchResult run() {
    place_what_changes_nothing();
    enter();
    while (left_ > 0 && !frames_.empty()) {
      if (steps_ > limits_.steps) return finish(SearchEnd::steps_spent);
      Frame& frame = frames_.back();
      if (frame.next == frame.candidates.size()) {
        frames_.pop_back();
        if (!frames_.empty()) restore(frames_.back());
        continue;
      }
      place(frame.candidates[frame.next++]);
      place_what_changes_nothing();
      switch (seen_.insert(words_)) {
        case ConfigurationSet::Insertion::added:
          enter();
          break;
        case ConfigurationSet::Insertion::known:
          restore(frames_.back());
          break;
        case ConfigurationSet::Insertion::full:
          return finish(SearchEnd::memory_spent);
      }
    }
    return finish(left_ == 0 ? SearchEnd::linearizable : SearchEnd::impossible);
  }

 private:
  struct Step {
    std::size_t object;
    const IntervalOf<M>* interval;
  };
  using Program = std::vector<Step>;
  struct Frame {
    std::vector<std::uint64_t> words;
    std::size_t left;
    std::vector<std::uint32_t> candidates;  // processes
    std::size_t next = 0;
  };

  static std::vector<Program> programs_of(const std::vector<Object>& objects) {
    std::map<ProcessId, Program> programs;
    for (std::size_t i = 0; i < objects.size(); ++i) {
      for (const IntervalOf<M>& interval : objects[i].intervals) {
        programs[interval.operation->process].push_back({i, &interval});
      }
    }
    std::vector<Program> result;
    for (auto& [process, program] : programs) {
      std::sort(program.begin(), program.end(), [](const Step& a, const Step& b) {
        return a.interval->invoked_at < b.interval->invoked_at;
      });
      result.push_back(std::move(program));
    }
    return result;
  }

  // Two counters a word, after the first word: positions, then states.
  std::uint32_t get(std::size_t index) const {
    return static_cast<std::uint32_t>(words_[1 + index / 2] >> (index % 2 * 32));
  }
  void set(std::size_t index, std::uint32_t value) {
    std::uint64_t& word = words_[1 + index / 2];
    const std::size_t shift = index % 2 * 32;
    word = (word & ~(std::uint64_t{0xFFFFFFFF} << shift)) | (std::uint64_t{value} << shift);
  }
  ModelState state(std::size_t object) const { return get(programs_.size() + object); }
  void set_state(std::size_t object, ModelState state) { set(programs_.size() + object, state); }

  const Step* next_of(std::size_t process) const {
    const std::uint32_t at = get(process);
    return at < programs_[process].size() ? &programs_[process][at] : nullptr;
  }
  std::optional<ModelState> after(const Step& step) {
    ++steps_;
    return objects_[step.object].model->step(state(step.object), step.interval->command);
  }
  void place(std::size_t process) {
    const Step& step = *next_of(process);
    set_state(step.object, *after(step));
    set(process, get(process) + 1);
    left_ -= step.interval->is_certain() ? 1 : 0;
  }
  void place_what_changes_nothing() {
    for (bool again = true; again;) {
      again = false;
      for (std::size_t process = 0; process < programs_.size(); ++process) {
        for (const Step* step = next_of(process); step != nullptr; step = next_of(process)) {
          const bool is_pure = objects_[step->object].model->is_pure(step->interval->command);
          if (!is_pure || !after(*step)) break;
          place(process);
          again = true;
        }
      }
    }
  }
  void enter() {
    Frame frame{words_, left_, {}, 0};
    for (std::uint32_t process = 0; process < programs_.size(); ++process) {
      const Step* step = next_of(process);
      if (step != nullptr && after(*step)) frame.candidates.push_back(process);
    }
    std::sort(frame.candidates.begin(), frame.candidates.end(),
              [&](std::uint32_t a, std::uint32_t b) {
                return next_of(a)->interval->invoked_at < next_of(b)->interval->invoked_at;
              });
    frames_.push_back(std::move(frame));
  }
  void restore(const Frame& frame) {
    words_ = frame.words;
    left_ = frame.left;
  }
  SearchResult finish(SearchEnd end) const {
    SearchResult result;
    result.end = end;
    result.steps = steps_;
    result.configurations = seen_.size();
    result.bytes = seen_.peak_bytes() + frames_.size() * (words_.size() * 8 + 64);
    return result;
  }

  std::vector<Object> objects_;
  SearchLimits limits_;
  std::vector<Program> programs_;
  std::vector<std::uint64_t> words_;
  ConfigurationSet seen_;
  std::vector<Frame> frames_;
  std::size_t left_ = 0;  // certain operations not placed
  std::uint64_t steps_ = 0;
};

}  // namespace faultrig
