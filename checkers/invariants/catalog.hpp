// The checkers of this room by name: the table behind `faultrig check --checker NAME`. Cost: none.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "checkers/checker.hpp"

namespace faultrig {

// How much a system promises, where a checker can be held to more or less.
enum class Promise {
  customary,     // what the checker's source asks for
  eventual,      // what was acknowledged shows up in the end, in final reads
  linearizable,  // what was acknowledged shows up in every read that begins later
};

struct InvariantDescription {
  std::string name;
  std::string summary;
};

const std::vector<InvariantDescription>& invariant_catalog();

// nullptr for a name that is not in the catalogue. '_' stands for '-' too.
std::unique_ptr<Checker> make_invariant_checker(std::string_view name,
                                                Promise promise = Promise::customary);

}  // namespace faultrig
