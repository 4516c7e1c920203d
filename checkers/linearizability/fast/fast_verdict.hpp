// What a polynomial procedure answers, always with something that can be checked without it: an
// order to replay, or a contradiction small enough to try every order of.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace faultrig {

struct FastVerdict {
  // False when the procedure cannot tell; then nothing but `reason` counts. Ask the search.
  bool is_applicable = false;
  bool is_linearizable = false;
  // Why it cannot tell, or the pattern of the contradiction in a few words; a literal.
  std::string_view reason = {};
  // Positions of operations, ascending, that no order explains: they alone, once every value whose
  // insertion is in the history but not among them is dropped from whole reads, are not
  // linearizable. (Dropping a value, or an observation, from a legal order leaves a legal order.)
  std::vector<std::uint32_t> contradiction = {};
  // Positions in an order that is legal and keeps real time: every certain operation once, and
  // unknown ones that must have happened; the other unknown ones never happen.
  std::vector<std::uint32_t> order = {};
};

FastVerdict not_applicable(std::string_view reason);
FastVerdict contradicted(std::string_view pattern, std::vector<std::uint32_t> positions);
FastVerdict linearizable_as(std::vector<std::uint32_t> order);

}  // namespace faultrig
