// A value as a client wrote or read it, and the body of a message: the JSON data model.
//
// Idea: one small, immutable, totally ordered, hashable type for everything that crosses a border
// (histories, messages, evidence), so that checkers and nodes never see a JSON library. Lists and
// maps are shared, so a copy is cheap; maps are sorted by key, so equal values are equal bytes.
// Cost: a copy is O(1); comparison, hash and printing are linear in the size.
#pragma once

#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace faultrig {

class Value {
 public:
  using List = std::vector<Value>;
  using Field = std::pair<std::string, Value>;
  using Map = std::vector<Field>;  // sorted by key, keys unique

  enum class Kind { nil, boolean, integer, real, string, list, map };

  Value() = default;  // nil
  Value(bool value) : data_(value) {}
  template <std::integral T>
  requires(!std::same_as<T, bool>) Value(T value) : data_(static_cast<std::int64_t>(value)) {}
  Value(double value) : data_(value) {}
  Value(std::string value) : data_(std::move(value)) {}
  Value(std::string_view value) : data_(std::string(value)) {}
  Value(const char* value) : data_(std::string(value)) {}
  Value(List items);
  // Sorts the fields; of two with one key the last wins, as in JSON readers.
  Value(Map fields);

  static Value list(std::initializer_list<Value> items) { return Value(List(items)); }
  static Value map(std::initializer_list<Field> fields) { return Value(Map(fields)); }

  Kind kind() const { return static_cast<Kind>(data_.index()); }
  bool is_nil() const { return kind() == Kind::nil; }
  bool is_integer() const { return kind() == Kind::integer; }
  bool is_string() const { return kind() == Kind::string; }
  bool is_list() const { return kind() == Kind::list; }
  bool is_map() const { return kind() == Kind::map; }

  // Require the matching kind; throw std::bad_variant_access otherwise.
  bool as_boolean() const { return std::get<bool>(data_); }
  std::int64_t as_integer() const { return std::get<std::int64_t>(data_); }
  double as_real() const { return std::get<double>(data_); }
  const std::string& as_string() const { return std::get<std::string>(data_); }
  const List& as_list() const { return *std::get<SharedList>(data_); }
  const Map& as_map() const { return *std::get<SharedMap>(data_); }

  // The field of a map; nullptr when this is no map or has no such field.
  const Value* find(std::string_view key) const;
  // The field as an integer or string; the fallback when it is absent or of another kind.
  std::int64_t integer_or(std::string_view key, std::int64_t fallback) const;
  std::string string_or(std::string_view key, std::string_view fallback) const;

  // JSON text, with one spelling for equal values: `[1,"a",null]`.
  std::string to_string() const;
  std::size_t hash() const;

  friend std::strong_ordering operator<=>(const Value& a, const Value& b);
  friend bool operator==(const Value& a, const Value& b) { return (a <=> b) == 0; }

 private:
  using SharedList = std::shared_ptr<const List>;
  using SharedMap = std::shared_ptr<const Map>;
  std::variant<std::monostate, bool, std::int64_t, double, std::string, SharedList, SharedMap>
      data_;
};

// "nil", "integer", "list" ... for messages.
std::string_view to_string(Value::Kind kind);

}  // namespace faultrig

template <>
struct std::hash<faultrig::Value> {
  std::size_t operator()(const faultrig::Value& value) const { return value.hash(); }
};
