#include "harness/node/read_subject.hpp"

namespace faultrig {
namespace {

bool says(const Value& field, std::string_view word) {
  return field.is_string() && field.as_string() == word;
}

}  // namespace

ReadSubject keyless_subject(std::string_view workload) {
  if (workload == "set") return ReadSubject::set;
  if (workload == "counter") return ReadSubject::counter;
  return ReadSubject::key;
}

std::optional<ReadSubject> subject_of(const Value& read) {
  if (read.find("key") != nullptr) return ReadSubject::key;
  const Value* of = read.find("of");
  if (of == nullptr) return std::nullopt;
  if (says(*of, "set")) return ReadSubject::set;
  if (says(*of, "counter")) return ReadSubject::counter;
  return std::nullopt;
}

Value with_subject(const Value& body, ReadSubject keyless) {
  const Value* type = body.find("type");
  if (keyless == ReadSubject::key || type == nullptr || !says(*type, "read") ||
      body.find("key") != nullptr || body.find("of") != nullptr) {
    return body;
  }
  Value::Map fields = body.as_map();
  fields.emplace_back("of", keyless == ReadSubject::set ? "set" : "counter");
  return Value(std::move(fields));
}

}  // namespace faultrig
