// What workloads are put together from: options that several have, the main phase as load or
// script, the kinds of operation that must succeed, and the first half of reading a reply.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checkers/invariants/catalog.hpp"
#include "harness/client.hpp"
#include "harness/generator.hpp"
#include "harness/options.hpp"
#include "harness/plan.hpp"
#include "workloads/workload.hpp"

namespace faultrig {

// How often a kind of operation is drawn.
struct KindWeight {
  std::string f;
  std::uint64_t weight = 1;
};

// Option `KIND_weight`, in 0 ... 1000.
std::uint64_t read_weight(const Options& options, const std::string& kind, std::uint64_t fallback);
// Option `NAME_weight` of every kind, in 0 ... 1000. Throws UsageError when all are 0.
std::vector<KindWeight> read_weights(const Options& options, std::vector<KindWeight> fallbacks);
// Requires that not all weights are 0.
const std::string& draw_kind(const std::vector<KindWeight>& kinds, Random& random);

// Option `promise`: "eventual" or "linearizable".
Promise read_promise(const Options& options, Promise fallback);
// Option `quiet_ms`: how long replicas are left alone between healing and the final reads.
Duration read_quiet(const Options& options);

// The same where the nodes are held to agreeing in those reads: at least as long as they promise.
Duration quiet_before_agreement(const RunPlan& plan);
// The keys that the plan's script names, ascending.
std::vector<std::int64_t> scripted_keys(const RunPlan& plan);

// Where the target promises that its nodes come to agree, the final reads are compared.
void judge_agreement(const RunPlan& plan, Workload& workload);

// The plan's script if it has one, else the load at the plan's rate; clients only. `kinds` are what
// a script may hold.
GeneratorPtr main_phase(const RunPlan& plan, const std::vector<std::string>& kinds,
                        GeneratorPtr load);
// The kinds without which the run did not do what the plan asked for: those of its script, else
// those of weight above 0.
std::vector<std::string> required_kinds(const RunPlan& plan, const std::vector<KindWeight>& kinds);

// Unknown, with what was expected and what came.
Completion wrong_shape(std::string_view expected, const Value& body);
// For an error, or a reply of another type; nothing when the type is `expected`.
std::optional<Completion> completion_unless(std::string_view expected, const ClientCodec& codec,
                                            const Invocation& invocation, const Value& body);

}  // namespace faultrig
