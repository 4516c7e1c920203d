// Judges the subhistory of one object, for a model that is chosen at run time. The models
// themselves are template parameters (model_judge.hpp), since a search steps them millions of
// times.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "checkers/evidence.hpp"
#include "checkers/linearizability/register/regular.hpp"
#include "checkers/linearizability/search_result.hpp"
#include "checkers/linearizability/subhistory.hpp"

namespace faultrig {

struct ObjectResult {
  bool is_decided = false;
  std::string mismatch;  // why the model cannot judge this object; empty when it can
  std::string procedure;
  SearchResult search;
  // Where the procedure knows it: operations (numbers of intervals) that show the contradiction.
  std::vector<std::uint32_t> contradiction;
  std::size_t certain = 0;  // operations known to have happened
  std::uint64_t steps = 0;  // over all attempts
};

struct ReadsResult {
  std::string refusal;                // why this cannot be judged; empty when it can
  const Operation* broken = nullptr;  // the first read that breaks the promise
};

class ObjectJudge {
 public:
  virtual ~ObjectJudge() = default;
  // Adds to what earlier attempts with smaller limits have spent. Safe to call from many threads.
  virtual void judge(const Subhistory& subhistory, SearchLimits limits,
                     ObjectResult& result) const = 0;
  // Of an object that is not linearizable: the minimal core and how far one gets.
  virtual NotLinearizable explain(const Subhistory& subhistory, const ObjectResult& result,
                                  SearchLimits limits) const = 0;
  // Of one that is linearizable: its operations in an order that has been verified. Throws
  // std::logic_error when the verifier refuses it.
  virtual std::vector<Operation> linearization(const Subhistory& subhistory,
                                               const ObjectResult& result) const = 0;
  // All objects together, in an order that need only keep each process's own.
  virtual ObjectResult judge_in_program_order(std::span<const Subhistory> subhistories,
                                              SearchLimits limits) const = 0;
  // For models that are registers.
  virtual ReadsResult judge_reads(const Subhistory& subhistory, ReadPromise promise) const = 0;
};

// A name of model_catalog(). Throws std::invalid_argument for an unknown one.
std::unique_ptr<ObjectJudge> make_object_judge(std::string_view model, Value initial);

}  // namespace faultrig
