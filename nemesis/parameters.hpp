// How strong a fault is: the whole numbers that each kind can be told, their bounds, what they are
// when a plan says nothing, and the range from which chance takes them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "harness/random.hpp"
#include "nemesis/fault.hpp"

namespace faultrig {

using Amounts = std::map<std::string, std::int64_t>;

struct FaultParameter {
  std::string name;  // "delay_ms"
  std::int64_t fallback = 0;
  std::int64_t low = 0;
  std::int64_t high = 0;
  // Magnitudes that are worth a try. Where `low` is negative either sign is.
  std::int64_t usual_low = 0;
  std::int64_t usual_high = 0;  // 0: never left to chance
  bool always_drawn = false;    // by the schedule, at every strike of which the plan does not say
};

// What a kind can be told; empty for one that takes nothing.
const std::vector<FaultParameter>& fault_parameters(std::string_view kind);
// Every parameter of the kind within its bounds, those not given by their fallback.
Amounts amounts_of(std::string_view kind, const Amounts& given);
// From the usual range: every power of two as likely as the next. Requires that there is one.
std::int64_t draw_amount(const FaultParameter& parameter, Random& random);
// Draws those that are always drawn and that the order does not say.
void draw_missing(FaultOrder& order, Random& random);

}  // namespace faultrig
