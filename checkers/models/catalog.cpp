#include "checkers/models/catalog.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <stdexcept>

namespace faultrig {

const std::vector<ModelDescription>& model_catalog() {
  static const std::vector<ModelDescription> models = {
      {"register", "one value: read, write"},
      {"cas-register", "one value: read, write, compare-and-set"},
      {"kv-map", "a value for each key: get, put, append, cas, delete"},
      {"multi-register", "registers read and written together: txn"},
      {"list", "a list that grows: append, read"},
      {"set", "a set: add, remove, contains, read"},
      {"fifo-queue", "first in, first out: enqueue, dequeue"},
      {"unordered-queue", "any of what went in comes out: enqueue, dequeue"},
      {"stack", "last in, first out: push, pop"},
      {"counter", "a sum: add, increment, decrement, read"},
      {"bank", "accounts: transfer, read"},
      {"mutex", "a lock that does not care whose it is: acquire, release"},
      {"reentrant-lock", "its owner may take it again: acquire, release"},
      {"fenced-lock", "gives growing tokens: acquire, release"},
      {"semaphore", "a number of permits: acquire, release"},
  };
  return models;
}

std::string canonical_model_name(std::string_view name) {
  std::string spelled(name);
  std::replace(spelled.begin(), spelled.end(), '_', '-');
  // What others call them.
  static const std::map<std::string, std::string> synonyms = {
      {"queue", "fifo-queue"},
      {"bag", "unordered-queue"},
      {"lock", "mutex"},
      {"append-list", "list"},
      {"kv", "kv-map"},
      {"owner-mutex", "reentrant-lock"},
      {"reentrant-mutex", "reentrant-lock"},
      {"fenced-mutex", "fenced-lock"},
      {"atomic-queue", "fifo-queue"},
      {"atomic-stack", "stack"},
  };
  if (const auto known = synonyms.find(spelled); known != synonyms.end()) return known->second;
  std::string known;
  for (const ModelDescription& model : model_catalog()) {
    if (model.name == spelled) return spelled;
    known += (known.empty() ? "" : ", ") + model.name;
  }
  throw std::invalid_argument(fmt::format("no model is called \"{}\"; known are {}", name, known));
}

}  // namespace faultrig
