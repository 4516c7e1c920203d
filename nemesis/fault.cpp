#include "nemesis/fault.hpp"

namespace faultrig {

namespace {

std::vector<std::string> texts_of(const Value& list) {
  std::vector<std::string> texts;
  for (const Value& item : list.as_list()) {
    if (item.is_string()) texts.push_back(item.as_string());
  }
  return texts;
}

}  // namespace

Value to_value(const FaultOrder& order) {
  Value::Map fields{{"slot", order.slot}, {"fault", order.kind}};
  if (!order.targets.empty()) {
    fields.emplace_back("targets", Value::List(order.targets.begin(), order.targets.end()));
  }
  if (!order.links.empty()) {
    fields.emplace_back("links", Value::List(order.links.begin(), order.links.end()));
  }
  if (!order.note.empty()) fields.emplace_back("note", order.note);
  for (const auto& [name, amount] : order.parameters) fields.emplace_back(name, amount);
  return Value(std::move(fields));
}

FaultOrder fault_order_from(const Value& value) {
  FaultOrder order;
  if (!value.is_map()) return order;
  order.slot = value.string_or("slot", "");
  order.kind = value.string_or("fault", "");
  order.note = value.string_or("note", "");
  for (const auto& [name, field] : value.as_map()) {
    if (name == "targets" && field.is_list()) {
      order.targets = texts_of(field);
    } else if (name == "links" && field.is_list()) {
      order.links = texts_of(field);
    } else if (field.is_integer()) {
      order.parameters[name] = field.as_integer();
    }
  }
  return order;
}

const FaultDescription* find_fault(std::string_view kind) {
  for (const FaultDescription& fault : fault_catalog()) {
    if (fault.name == kind && fault.use != FaultUse::swarm) return &fault;
  }
  return nullptr;
}

std::vector<std::string> fault_families() {
  std::vector<std::string> families;
  for (const FaultDescription& fault : fault_catalog()) {
    if (fault.use == FaultUse::swarm) continue;
    if (families.empty() || families.back() != fault.family) families.push_back(fault.family);
  }
  return families;
}

std::vector<std::string> drawable_kinds(std::string_view family) {
  std::vector<std::string> kinds;
  for (const FaultDescription& fault : fault_catalog()) {
    const bool is_drawn = fault.use == FaultUse::ordinary || fault.use == FaultUse::unpromised;
    if (is_drawn && fault.family == family) kinds.push_back(fault.name);
  }
  return kinds;
}

}  // namespace faultrig
