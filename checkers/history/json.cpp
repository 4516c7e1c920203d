#include "checkers/history/json.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

namespace faultrig {
namespace {

constexpr std::size_t maximum_depth = 64;

// Builds Values straight from the reader's events: no document tree in between, and the depth is
// bounded here because a recursive reader would overflow its stack on hostile input.
class ValueBuilder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return add(Value()); }
  bool boolean(bool value) override { return add(Value(value)); }
  bool number_integer(std::int64_t value) override { return add(Value(value)); }
  bool number_unsigned(std::uint64_t value) override {
    if (value > static_cast<std::uint64_t>(INT64_MAX)) return add(Value(double(value)));
    return add(Value(static_cast<std::int64_t>(value)));
  }
  bool number_float(double value, const std::string&) override { return add(Value(value)); }
  bool string(std::string& value) override { return add(Value(std::move(value))); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(true); }
  bool key(std::string& value) override {
    open_.back().key = std::move(value);
    return true;
  }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(false); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& error) override {
    throw JsonError(position == 0 ? 0 : position - 1, plain(error.what()));
  }

  Value take() { return std::move(result_); }

 private:
  struct Open {
    bool is_map;
    std::string key;
    Value::List items;
    Value::Map fields;
  };

  // "[json.exception.parse_error.101] parse error at ...: syntax error ..." -> "syntax error ..."
  static std::string plain(std::string_view text) {
    auto at = text.find(": ");
    return std::string(at == std::string_view::npos ? text : text.substr(at + 2));
  }

  bool open(bool is_map) {
    if (open_.size() >= maximum_depth) {
      throw JsonError(0, fmt::format("nested more than {} deep", maximum_depth));
    }
    open_.push_back({is_map, {}, {}, {}});
    return true;
  }
  bool close() {
    Open done = std::move(open_.back());
    open_.pop_back();
    return add(done.is_map ? Value(std::move(done.fields)) : Value(std::move(done.items)));
  }
  bool add(Value value) {
    if (open_.empty()) {
      result_ = std::move(value);
    } else if (open_.back().is_map) {
      open_.back().fields.emplace_back(std::move(open_.back().key), std::move(value));
    } else {
      open_.back().items.push_back(std::move(value));
    }
    return true;
  }

  std::vector<Open> open_;
  Value result_;
};

// Length of the well-formed UTF-8 sequence at `at`, 0 when there is none (RFC 3629 section 4).
std::size_t utf8_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(at);
  std::size_t length = 0;
  unsigned char low = 0x80, high = 0xBF;
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) {
    length = 2;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    length = 3;
    if (lead == 0xE0) low = 0xA0;
    if (lead == 0xED) high = 0x9F;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    length = 4;
    if (lead == 0xF0) low = 0x90;
    if (lead == 0xF4) high = 0x8F;
  } else {
    return 0;
  }
  if (at + length > text.size() || byte(at + 1) < low || byte(at + 1) > high) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if (byte(at + i) < 0x80 || byte(at + i) > 0xBF) return 0;
  }
  return length;
}

void append_string(std::string& out, std::string_view text) {
  out += '"';
  for (std::size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += text[i++];
    } else if (c < 0x20) {
      switch (c) {
        case '\n':
          out += "\\n";
          break;
        case '\t':
          out += "\\t";
          break;
        case '\r':
          out += "\\r";
          break;
        default:
          fmt::format_to(std::back_inserter(out), "\\u{:04x}", c);
      }
      ++i;
    } else if (std::size_t length = utf8_length(text, i); length > 0) {
      out.append(text, i, length);
      i += length;
    } else {
      out += "\xEF\xBF\xBD";
      ++i;
    }
  }
  out += '"';
}

void append(std::string& out, const Value& value) {
  switch (value.kind()) {
    case Value::Kind::nil:
      out += "null";
      return;
    case Value::Kind::boolean:
      out += value.as_boolean() ? "true" : "false";
      return;
    case Value::Kind::integer:
      fmt::format_to(std::back_inserter(out), "{}", value.as_integer());
      return;
    case Value::Kind::real:
      if (!std::isfinite(value.as_real())) {
        out += "null";
      } else {
        std::string digits = fmt::format("{}", value.as_real());
        // Keep it a real when read back: 3 would come back as an integer.
        if (digits.find_first_of(".e") == std::string::npos) digits += ".0";
        out += digits;
      }
      return;
    case Value::Kind::string:
      append_string(out, value.as_string());
      return;
    case Value::Kind::list: {
      char separator = '[';
      for (const Value& item : value.as_list()) {
        out += separator;
        append(out, item);
        separator = ',';
      }
      out += value.as_list().empty() ? "[]" : "]";
      return;
    }
    case Value::Kind::map: {
      char separator = '{';
      for (const auto& [key, field] : value.as_map()) {
        out += separator;
        append_string(out, key);
        out += ':';
        append(out, field);
        separator = ',';
      }
      out += value.as_map().empty() ? "{}" : "}";
      return;
    }
  }
}

}  // namespace

Value parse_json(std::string_view text) {
  ValueBuilder builder;
  try {
    nlohmann::json::sax_parse(text.begin(), text.end(), &builder);
  } catch (const nlohmann::json::exception& error) {
    throw JsonError(0, error.what());  // for example a number outside every range
  }
  return builder.take();
}

std::string to_json(const Value& value) {
  std::string out;
  append(out, value);
  return out;
}

}  // namespace faultrig
