// The models by name: the table behind `faultrig list models` and behind the checkers that take a
// model. Cost: none.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace faultrig {

struct ModelDescription {
  std::string name;
  std::string summary;
};

const std::vector<ModelDescription>& model_catalog();

// The catalogue's spelling of a name (cas_register -> cas-register).
// Throws std::invalid_argument naming the known ones.
std::string canonical_model_name(std::string_view name);

}  // namespace faultrig
