// Generators: what the clients and the nemesis do next, as pure values.
//
// A generator is asked for an operation and answers with an Offer: exhausted, pending (nothing just
// now; ask again after an event), or an operation with the generator that follows it. It learns
// of every event by `update`. It is never changed: both return the successor. The interpreter takes
// an offer at its time or throws it away and asks again later, so an offer must cost nothing.
// The algebra and its names are those of Jepsen's generators (jepsen-io/generator).
#pragma once

#include <algorithm>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "harness/client.hpp"
#include "harness/random.hpp"

namespace faultrig {

// Worker ids in ascending order, immutable and shared: a copy and a part of it cost nothing, since
// a generator is asked thousands of times a second.
class Workers {
 public:
  Workers() = default;
  Workers(std::vector<WorkerId> ids)
      : ids_(std::make_shared<const std::vector<WorkerId>>(std::move(ids))), count_(ids_->size()) {}
  Workers(std::initializer_list<WorkerId> ids) : Workers(std::vector<WorkerId>(ids)) {}

  const WorkerId* begin() const { return ids_ == nullptr ? nullptr : ids_->data() + first_; }
  const WorkerId* end() const { return begin() + count_; }
  std::size_t size() const { return count_; }
  bool empty() const { return count_ == 0; }
  WorkerId front() const { return *begin(); }
  WorkerId operator[](std::size_t place) const { return begin()[place]; }
  bool contains(WorkerId id) const { return std::binary_search(begin(), end(), id); }

  // The nemesis has the lowest id of all, so both are parts.
  Workers clients() const { return part(has_nemesis() ? 1 : 0, count_); }
  Workers nemesis() const { return part(0, has_nemesis() ? 1 : 0); }

 private:
  bool has_nemesis() const { return !empty() && front() == nemesis_worker; }
  Workers part(std::size_t from, std::size_t to) const {
    Workers some = *this;
    some.first_ += from;
    some.count_ = to - from;
    return some;
  }
  std::shared_ptr<const std::vector<WorkerId>> ids_;
  std::size_t first_ = 0;
  std::size_t count_ = 0;
};

// What a generator may look at.
struct GeneratorContext {
  Time now{};
  // Workers that could run an operation at once, in ascending order; the nemesis included as
  // nemesis_worker when it is free. Combinators hand restricted copies to their parts.
  Workers free;
  Workers all;
  // The process on each client worker, by worker id.
  std::shared_ptr<const std::vector<ProcessId>> processes;
  // Drawn from freely; the interpreter keeps the stream.
  Random* random = nullptr;
};

// An operation on offer: for a free worker, at `time` (now or later).
struct OfferedOperation {
  WorkerId worker = 0;
  Time time{};
  std::string f;
  std::optional<Value> key;
  Value value;
};

class Generator;
using GeneratorPtr = std::shared_ptr<const Generator>;  // nullptr is the exhausted generator

struct Exhausted {};
// `successor` may differ from the generator asked (it learnt something); nullptr: unchanged.
// `wake`: ask again then even if nothing happens, later than now; empty: only an event changes its
// mind.
struct Pending {
  GeneratorPtr successor = nullptr;
  std::optional<Time> wake = std::nullopt;
};
struct Offered {
  OfferedOperation operation;
  GeneratorPtr next;
};
using Offer = std::variant<Exhausted, Pending, Offered>;

// An invocation or completion of a client or of the nemesis, as generators see it.
struct GeneratorEvent {
  WorkerId worker = 0;
  Event event;
};

class Generator : public std::enable_shared_from_this<Generator> {
 public:
  virtual ~Generator() = default;
  virtual Offer offer(const GeneratorContext& context) const = 0;
  // The successor after an event; most generators are their own.
  virtual GeneratorPtr update(const GeneratorContext& context, const GeneratorEvent& event) const {
    (void)context;
    (void)event;
    return shared_from_this();
  }
};

// nullptr-safe.
Offer offer_of(const GeneratorPtr& generator, const GeneratorContext& context);
GeneratorPtr update_of(const GeneratorPtr& generator, const GeneratorContext& context,
                       const GeneratorEvent& event);

}  // namespace faultrig
