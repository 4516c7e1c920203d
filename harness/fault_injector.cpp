#include "harness/fault_injector.hpp"

#include <fmt/format.h>

#include "checkers/history/json.hpp"

namespace faultrig {
namespace {

Value texts_value(const std::vector<std::string>& texts) {
  return Value(Value::List(texts.begin(), texts.end()));
}

[[noreturn]] void refuse(std::string_view name, std::string_view expected) {
  throw JsonError(0, fmt::format("fault record: `{}` must be {}", name, expected));
}

const Value& field(const Value& record, std::string_view name, Value::Kind kind) {
  const Value* found = record.find(name);
  if (found == nullptr || found->kind() != kind) refuse(name, to_string(kind));
  return *found;
}

std::vector<std::string> texts_from(const Value& record, std::string_view name) {
  std::vector<std::string> texts;
  for (const Value& item : field(record, name, Value::Kind::list).as_list()) {
    if (!item.is_string()) refuse(name, "a list of strings");
    texts.push_back(item.as_string());
  }
  return texts;
}

}  // namespace

bool holds_down(const FaultRecord& record) {
  return record.family == "kill" || record.family == "power" || record.kind == "disk-flip";
}

Value to_value(const FaultRecord& record) {
  Value::Map fields = {
      {"id", record.id},          {"family", record.family},
      {"kind", record.kind},      {"targets", texts_value(record.targets)},
      {"detail", record.detail},  {"started", record.started.count()},
      {"bit", Value(record.bit)}, {"evidence", texts_value(record.evidence)},
  };
  if (!record.order.is_nil()) fields.emplace_back("order", record.order);
  if (record.ended) fields.emplace_back("ended", record.ended->count());
  return Value(std::move(fields));
}

FaultRecord fault_record_from(const Value& value) {
  if (!value.is_map()) throw JsonError(0, "fault record: must be an object");
  FaultRecord record;
  record.id = static_cast<int>(field(value, "id", Value::Kind::integer).as_integer());
  record.family = field(value, "family", Value::Kind::string).as_string();
  record.kind = field(value, "kind", Value::Kind::string).as_string();
  record.targets = texts_from(value, "targets");
  record.detail = field(value, "detail", Value::Kind::string).as_string();
  if (const Value* order = value.find("order"); order != nullptr && !order->is_nil()) {
    record.order = field(value, "order", Value::Kind::map);
  }
  record.started = Time(field(value, "started", Value::Kind::integer).as_integer());
  if (const Value* ended = value.find("ended"); ended != nullptr && !ended->is_nil()) {
    record.ended = Time(field(value, "ended", Value::Kind::integer).as_integer());
  }
  record.bit = field(value, "bit", Value::Kind::boolean).as_boolean();
  record.evidence = texts_from(value, "evidence");
  return record;
}

}  // namespace faultrig
