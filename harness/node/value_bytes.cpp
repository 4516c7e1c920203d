#include "harness/node/value_bytes.hpp"

#include <algorithm>
#include <bit>

namespace faultrig {
namespace {

enum class Tag : unsigned char { nil, no, yes, integer, real, text, list, map };

void append_tag(std::string& out, Tag tag) { out += static_cast<char>(tag); }

// Small numbers of either sign become small: 0, -1, 1, -2 ...
std::uint64_t folded(std::int64_t number) {
  return (static_cast<std::uint64_t>(number) << 1) ^ static_cast<std::uint64_t>(number >> 63);
}

std::int64_t unfolded(std::uint64_t number) {
  return static_cast<std::int64_t>((number >> 1) ^ (0 - (number & 1)));
}

}  // namespace

void append_number(std::string& out, std::uint64_t number) {
  while (number >= 0x80) {
    out += static_cast<char>((number & 0x7f) | 0x80);
    number >>= 7;
  }
  out += static_cast<char>(number);
}

void append_text(std::string& out, std::string_view text) {
  append_number(out, text.size());
  out += text;
}

void append_value(std::string& out, const Value& value) {
  switch (value.kind()) {
    case Value::Kind::nil:
      append_tag(out, Tag::nil);
      return;
    case Value::Kind::boolean:
      append_tag(out, value.as_boolean() ? Tag::yes : Tag::no);
      return;
    case Value::Kind::integer:
      append_tag(out, Tag::integer);
      append_number(out, folded(value.as_integer()));
      return;
    case Value::Kind::real:
      append_tag(out, Tag::real);
      append_number(out, std::bit_cast<std::uint64_t>(value.as_real()));
      return;
    case Value::Kind::string:
      append_tag(out, Tag::text);
      append_text(out, value.as_string());
      return;
    case Value::Kind::list:
      append_tag(out, Tag::list);
      append_number(out, value.as_list().size());
      for (const Value& item : value.as_list()) append_value(out, item);
      return;
    case Value::Kind::map:
      append_tag(out, Tag::map);
      append_number(out, value.as_map().size());
      for (const auto& [key, field] : value.as_map()) {
        append_text(out, key);
        append_value(out, field);
      }
      return;
  }
}

bool is_deeper_than(const Value& value, int depth) {
  const auto inner = [depth](const Value& item) { return is_deeper_than(item, depth - 1); };
  if (value.is_list()) {
    return depth == 0 || std::any_of(value.as_list().begin(), value.as_list().end(), inner);
  }
  if (!value.is_map()) return false;
  return depth == 0 || std::any_of(value.as_map().begin(), value.as_map().end(),
                                   [&](const Value::Field& field) { return inner(field.second); });
}

unsigned char ByteReader::byte() {
  if (rest_.empty()) {
    good_ = false;
    return 0;
  }
  const auto first = static_cast<unsigned char>(rest_.front());
  rest_.remove_prefix(1);
  return first;
}

std::uint64_t ByteReader::number() {
  std::uint64_t result = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const unsigned char digit = byte();
    result |= static_cast<std::uint64_t>(digit & 0x7f) << shift;
    if (digit < 0x80) return result;
  }
  good_ = false;  // longer than any number
  return 0;
}

std::string_view ByteReader::text() {
  const std::uint64_t size = number();
  if (size > rest_.size()) {
    good_ = false;
    return {};
  }
  const std::string_view result = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return result;
}

Value ByteReader::value(int depth) {
  const unsigned char tag = byte();
  if (!good_) return Value();
  switch (static_cast<Tag>(tag)) {
    case Tag::nil:
      return Value();
    case Tag::no:
      return Value(false);
    case Tag::yes:
      return Value(true);
    case Tag::integer:
      return Value(unfolded(number()));
    case Tag::real:
      return Value(std::bit_cast<double>(number()));
    case Tag::text:
      return Value(text());
    case Tag::list:
      return list(depth - 1);
    case Tag::map:
      return map(depth - 1);
  }
  good_ = false;
  return Value();
}

// Every item takes a byte at least, so a count beyond the bytes there are is a lie; nothing is set
// aside for it.
Value ByteReader::list(int depth) {
  const std::uint64_t count = number();
  good_ = good_ && depth >= 0 && count <= rest_.size();
  Value::List items;
  for (std::uint64_t i = 0; i < count && good_; ++i) items.push_back(value(depth));
  return Value(std::move(items));
}

Value ByteReader::map(int depth) {
  const std::uint64_t count = number();
  good_ = good_ && depth >= 0 && count <= rest_.size();
  Value::Map fields;
  for (std::uint64_t i = 0; i < count && good_; ++i) {
    std::string key(text());
    if (good_) fields.emplace_back(std::move(key), value(depth));
  }
  return Value(std::move(fields));
}

}  // namespace faultrig
