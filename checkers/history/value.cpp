#include "checkers/history/value.hpp"

#include <algorithm>
#include <cmath>

#include "checkers/history/json.hpp"

namespace faultrig {
namespace {

std::size_t mix(std::size_t seed, std::size_t value) {
  return seed ^ (value + 0x9e3779b97f4a7c15ULL + (seed << 6) + (seed >> 2));
}

// A total order on doubles that agrees with < and puts NaN last, so that containers stay sane.
std::strong_ordering compare_reals(double a, double b) {
  if (a < b) return std::strong_ordering::less;
  if (a > b) return std::strong_ordering::greater;
  return std::isnan(a) <=> std::isnan(b);
}

template <typename Range, typename Compare>
std::strong_ordering compare_ranges(const Range& a, const Range& b, Compare compare) {
  return std::lexicographical_compare_three_way(a.begin(), a.end(), b.begin(), b.end(), compare);
}

}  // namespace

Value::Value(List items) : data_(std::make_shared<const List>(std::move(items))) {}

Value::Value(Map fields) {
  auto by_key = [](const Field& a, const Field& b) { return a.first < b.first; };
  if (!std::is_sorted(fields.begin(), fields.end(), by_key)) {
    std::stable_sort(fields.begin(), fields.end(), by_key);
  }
  // Keep the last of each run of equal keys: walk backwards, so that the last is seen first.
  auto same_key = [](const Field& a, const Field& b) { return a.first == b.first; };
  auto kept = std::unique(fields.rbegin(), fields.rend(), same_key);
  fields.erase(fields.begin(), kept.base());
  data_ = std::make_shared<const Map>(std::move(fields));
}

const Value* Value::find(std::string_view key) const {
  const auto* map = std::get_if<SharedMap>(&data_);
  if (map == nullptr) return nullptr;
  auto at =
      std::lower_bound((*map)->begin(), (*map)->end(), key,
                       [](const Field& field, std::string_view k) { return field.first < k; });
  return at != (*map)->end() && at->first == key ? &at->second : nullptr;
}

std::int64_t Value::integer_or(std::string_view key, std::int64_t fallback) const {
  const Value* field = find(key);
  return field != nullptr && field->is_integer() ? field->as_integer() : fallback;
}

std::string Value::string_or(std::string_view key, std::string_view fallback) const {
  const Value* field = find(key);
  return field != nullptr && field->is_string() ? field->as_string() : std::string(fallback);
}

std::string Value::to_string() const { return to_json(*this); }

std::size_t Value::hash() const {
  const std::size_t seed = data_.index() * 0x9e3779b97f4a7c15ULL;
  switch (kind()) {
    case Kind::nil:
      return seed;
    case Kind::boolean:
      return mix(seed, as_boolean() ? 1 : 0);
    case Kind::integer:
      return mix(seed, std::hash<std::int64_t>{}(as_integer()));
    case Kind::real:
      // -0.0 equals 0.0 and every NaN every other, so they must hash alike.
      if (std::isnan(as_real())) return mix(seed, 1);
      return mix(seed, std::hash<double>{}(as_real() == 0.0 ? 0.0 : as_real()));
    case Kind::string:
      return mix(seed, std::hash<std::string>{}(as_string()));
    case Kind::list: {
      std::size_t result = seed;
      for (const Value& item : as_list()) result = mix(result, item.hash());
      return result;
    }
    case Kind::map: {
      std::size_t result = seed;
      for (const auto& [key, value] : as_map()) {
        result = mix(mix(result, std::hash<std::string>{}(key)), value.hash());
      }
      return result;
    }
  }
  return seed;
}

std::strong_ordering operator<=>(const Value& a, const Value& b) {
  if (a.kind() != b.kind()) return a.kind() <=> b.kind();
  switch (a.kind()) {
    case Value::Kind::nil:
      return std::strong_ordering::equal;
    case Value::Kind::boolean:
      return a.as_boolean() <=> b.as_boolean();
    case Value::Kind::integer:
      return a.as_integer() <=> b.as_integer();
    case Value::Kind::real:
      return compare_reals(a.as_real(), b.as_real());
    case Value::Kind::string:
      return a.as_string() <=> b.as_string();
    case Value::Kind::list:
      return compare_ranges(a.as_list(), b.as_list(),
                            [](const Value& x, const Value& y) { return x <=> y; });
    case Value::Kind::map:
      return compare_ranges(a.as_map(), b.as_map(),
                            [](const Value::Field& x, const Value::Field& y) {
                              if (auto order = x.first <=> y.first; order != 0) return order;
                              return x.second <=> y.second;
                            });
  }
  return std::strong_ordering::equal;
}

std::string_view to_string(Value::Kind kind) {
  switch (kind) {
    case Value::Kind::nil:
      return "nil";
    case Value::Kind::boolean:
      return "boolean";
    case Value::Kind::integer:
      return "integer";
    case Value::Kind::real:
      return "real";
    case Value::Kind::string:
      return "string";
    case Value::Kind::list:
      return "list";
    case Value::Kind::map:
      return "map";
  }
  return "?";
}

}  // namespace faultrig
