#include "nemesis/fault.hpp"

#include <algorithm>

namespace faultrig {

Value to_value(const FaultOrder& order) {
  Value::Map fields{{"slot", order.slot}, {"fault", order.kind}};
  if (!order.targets.empty()) {
    fields.emplace_back("targets", Value::List(order.targets.begin(), order.targets.end()));
  }
  for (const auto& [name, amount] : order.parameters) fields.emplace_back(name, amount);
  return Value(std::move(fields));
}

FaultOrder fault_order_from(const Value& value) {
  FaultOrder order;
  if (!value.is_map()) return order;
  order.slot = value.string_or("slot", "");
  order.kind = value.string_or("fault", "");
  for (const auto& [name, field] : value.as_map()) {
    if (name == "targets" && field.is_list()) {
      for (const Value& target : field.as_list()) {
        if (target.is_string()) order.targets.push_back(target.as_string());
      }
    } else if (field.is_integer()) {
      order.parameters[name] = field.as_integer();
    }
  }
  return order;
}

const FaultDescription* find_fault(std::string_view kind) {
  const auto& catalog = fault_catalog();
  const auto found =
      std::find_if(catalog.begin(), catalog.end(),
                   [&](const FaultDescription& fault) { return fault.name == kind; });
  return found == catalog.end() ? nullptr : &*found;
}

std::vector<std::string> fault_families() {
  std::vector<std::string> families;
  for (const FaultDescription& fault : fault_catalog()) {
    if (families.empty() || families.back() != fault.family) families.push_back(fault.family);
  }
  return families;
}

}  // namespace faultrig
