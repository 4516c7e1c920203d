#include "targets/raft_kv/invariants/places.hpp"

namespace faultrig::raft_kv {
namespace {

Content unless_nil(const Value& value) { return value.is_nil() ? std::nullopt : Content(value); }
Content unless_zero(std::int64_t number) { return number == 0 ? std::nullopt : Content(number); }

bool has_type(const Value& body, std::string_view word) {
  const Value* type = body.find("type");
  return type != nullptr && type->is_string() && type->as_string() == word;
}

// Of a transaction that only reads, so the places are all of its accesses.
std::optional<Content> access_in(const Value& reply, std::size_t number) {
  const Value* accesses = reply.find("txn");
  if (accesses == nullptr || !accesses->is_list() || number >= accesses->as_list().size()) {
    return std::nullopt;
  }
  const Value& access = accesses->as_list()[number];
  if (!is_access(access)) return std::nullopt;
  return unless_nil(access.as_list()[2]);
}

}  // namespace

std::string Place::to_string() const {
  if (subject == ReadSubject::set) return "the set";
  if (subject == ReadSubject::counter) return "the counter";
  return "key " + key->to_string();
}

Content content_of(const Place& place, const StateMachine& machine) {
  switch (place.subject) {
    case ReadSubject::set:
      return unless_zero(static_cast<std::int64_t>(machine.set().digest()));
    case ReadSubject::counter:
      return unless_zero(machine.counter().sum());
    case ReadSubject::key:
      break;
  }
  const auto& entries = machine.registers().entries();
  const auto at = entries.find(*place.key);
  return at == entries.end() ? std::nullopt : unless_nil(at->second);
}

std::optional<Content> answer_in(const Value& reply, const Place& place, std::size_t number) {
  if (has_type(reply, "txn_ok")) return access_in(reply, number);
  if (has_type(reply, "error") && reply.integer_or("code", -1) == 20) return Content();
  const Value* value = reply.find("value");
  if (!has_type(reply, "read_ok") || value == nullptr) return std::nullopt;
  switch (place.subject) {
    case ReadSubject::key:
      return unless_nil(*value);
    case ReadSubject::set:
      if (!value->is_list()) return std::nullopt;
      return unless_zero(static_cast<std::int64_t>(GrowSet::digest_of(value->as_list())));
    case ReadSubject::counter:
      return *value == Value(0) ? Content() : Content(*value);
  }
  return std::nullopt;
}

std::string in_words(const Place& place, const Content& content) {
  switch (place.subject) {
    case ReadSubject::key:
      return content ? content->to_string() : "missing";
    case ReadSubject::set:
      return content ? "elements" : "no elements";
    case ReadSubject::counter:
      return content ? content->to_string() : "0";
  }
  return "?";
}

}  // namespace faultrig::raft_kv
