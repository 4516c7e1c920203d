// Generators: what the clients and the nemesis do next, as pure values.
//
// A generator is asked for an operation and answers with an Offer: exhausted, pending (nothing just
// now; ask again after an event), or an operation with the generator that follows it. It learns
// of every event by `update`. It is never changed: both return the successor. The interpreter takes
// an offer at its time or throws it away and asks again later, so an offer must cost nothing.
// The algebra and its names are those of Jepsen's generators (jepsen-io/generator).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "harness/client.hpp"
#include "harness/random.hpp"

namespace faultrig {

// What a generator may look at.
struct GeneratorContext {
  Time now{};
  // Workers that could run an operation at once, in ascending order; the nemesis included as
  // nemesis_worker when it is free. Combinators hand restricted copies to their parts.
  std::vector<WorkerId> free;
  std::vector<WorkerId> all;
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
