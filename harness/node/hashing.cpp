#include "harness/node/hashing.hpp"

#include <bit>
#include <cmath>

namespace faultrig {
namespace {

// Little endian by hand; compilers make one load of it.
std::uint64_t read_eight(const char* at) {
  std::uint64_t number = 0;
  for (int i = 7; i >= 0; --i) number = (number << 8) | static_cast<unsigned char>(at[i]);
  return number;
}

// Equal numbers need not be equal bits: the zeros, and what is not a number.
std::uint64_t bits_of(double number) {
  if (std::isnan(number)) return 1;
  return std::bit_cast<std::uint64_t>(number == 0.0 ? 0.0 : number);
}

}  // namespace

std::uint64_t stable_hash(std::string_view text) {
  std::uint64_t hash = combine(0x51ed270b7a1b3c5dULL, text.size());
  while (text.size() >= 8) {
    hash = combine(hash, read_eight(text.data()));
    text.remove_prefix(8);
  }
  std::uint64_t rest = 0;
  for (const char c : text) rest = (rest << 8) | static_cast<unsigned char>(c);
  return text.empty() ? hash : combine(hash, rest);
}

std::uint64_t stable_hash(const Value& value) {
  const auto kind = static_cast<std::uint64_t>(value.kind());
  switch (value.kind()) {
    case Value::Kind::nil:
      return combine(kind, 0);
    case Value::Kind::boolean:
      return combine(kind, value.as_boolean() ? 1 : 0);
    case Value::Kind::integer:
      return combine(kind, static_cast<std::uint64_t>(value.as_integer()));
    case Value::Kind::real:
      return combine(kind, bits_of(value.as_real()));
    case Value::Kind::string:
      return combine(kind, stable_hash(std::string_view(value.as_string())));
    case Value::Kind::list: {
      std::uint64_t hash = combine(kind, value.as_list().size());
      for (const Value& item : value.as_list()) hash = combine(hash, stable_hash(item));
      return hash;
    }
    case Value::Kind::map: {
      std::uint64_t hash = combine(kind, value.as_map().size());
      for (const auto& [key, field] : value.as_map()) {
        hash = combine(combine(hash, stable_hash(std::string_view(key))), stable_hash(field));
      }
      return hash;
    }
  }
  return kind;
}

}  // namespace faultrig
