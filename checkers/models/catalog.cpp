#include "checkers/models/catalog.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace faultrig {

const std::vector<ModelDescription>& model_catalog() {
  static const std::vector<ModelDescription> models = {
      {"register", "one value: read, write"},
      {"cas-register", "one value: read, write, compare-and-set"},
      {"kv-map", "a value for each key: get, put, append, cas, delete"},
  };
  return models;
}

std::string canonical_model_name(std::string_view name) {
  std::string spelled(name);
  std::replace(spelled.begin(), spelled.end(), '_', '-');
  std::string known;
  for (const ModelDescription& model : model_catalog()) {
    if (model.name == spelled) return spelled;
    known += (known.empty() ? "" : ", ") + model.name;
  }
  throw std::invalid_argument(fmt::format("no model is called \"{}\"; known are {}", name, known));
}

}  // namespace faultrig
