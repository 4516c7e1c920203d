#include "checkers/linearizability/partition.hpp"

#include <map>

namespace faultrig {

std::vector<Partition> partition_by_key(std::span<const Operation> operations) {
  std::map<std::optional<Value>, std::vector<const Operation*>> by_key;
  for (const Operation& operation : operations) by_key[operation.key].push_back(&operation);
  std::vector<Partition> partitions;
  partitions.reserve(by_key.size());
  for (auto& [key, members] : by_key) partitions.push_back({key, std::move(members)});
  return partitions;
}

std::string name_of(const Partition& partition) {
  return partition.key ? "key " + partition.key->to_string() : std::string("the history");
}

}  // namespace faultrig
