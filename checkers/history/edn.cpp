#include "checkers/history/edn.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstdlib>

namespace faultrig {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ','; }

bool ends_token(char c) {
  return is_blank(c) || std::string_view("()[]{}\";").find(c) != std::string_view::npos;
}

char closing_of(char opening) { return opening == '(' ? ')' : opening == '[' ? ']' : '}'; }

// How a key of a map is spelled in a Value.
std::string key_text(const Value& key) {
  return key.is_string() ? key.as_string() : key.to_string();
}

void append_utf8(std::uint32_t code, std::string& text) {
  if (code < 0x80) {
    text += static_cast<char>(code);
  } else if (code < 0x800) {
    text += static_cast<char>(0xC0 | (code >> 6));
    text += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    text += static_cast<char>(0xE0 | (code >> 12));
    text += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    text += static_cast<char>(0x80 | (code & 0x3F));
  }
}

std::optional<std::int64_t> integer_in(std::string_view text, int base = 10) {
  if (text.starts_with('+')) text.remove_prefix(1);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<double> real_in(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc::invalid_argument || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return number;
}

}  // namespace

void EdnReader::refuse(const std::string& what, bool is_cut_off) const {
  throw EdnError(line_, what, is_cut_off);
}

void EdnReader::advance() {
  if (text_[at_] == '\n') ++line_;
  ++at_;
}

void EdnReader::skip_blank(int depth) {
  if (depth > maximum_depth) refuse(fmt::format("nested more than {} deep", maximum_depth));
  while (!is_at_end()) {
    if (is_blank(peek())) {
      advance();
    } else if (peek() == ';') {
      while (!is_at_end() && peek() != '\n') ++at_;
    } else if (text_.substr(at_, 2) == "#_") {
      at_ += 2;
      skip_blank(depth + 1);
      if (is_at_end()) refuse("the text ends after #_", true);
      read_form(depth + 1);
    } else {
      return;
    }
  }
}

std::optional<Value> EdnReader::next() {
  if (has_left_) return std::nullopt;
  skip_blank(0);
  form_line_ = line_;
  if (is_at_end()) {
    if (entered_closing_ != 0) refuse("the text ends inside a list", true);
    return std::nullopt;
  }
  if (entered_closing_ != 0 && peek() == entered_closing_) {
    ++at_;
    has_left_ = true;
    skip_blank(0);
    if (!is_at_end()) refuse("something follows after the end of the list");
    return std::nullopt;
  }
  return read_form(0);
}

bool EdnReader::enter_list() {
  skip_blank(0);
  if (is_at_end() || (peek() != '[' && peek() != '(')) return false;
  entered_closing_ = closing_of(peek());
  ++at_;
  return true;
}

Value EdnReader::read_form(int depth) {
  if (depth > maximum_depth) refuse(fmt::format("nested more than {} deep", maximum_depth));
  switch (peek()) {
    case '(':
    case '[': {
      const char closing = closing_of(peek());
      ++at_;
      return read_list(closing, depth + 1);
    }
    case '{':
      ++at_;
      return read_map(depth + 1);
    case '"':
      return read_string();
    case '\\':
      return read_character();
    case '#':
      return read_dispatch(depth + 1);
    case ')':
    case ']':
    case '}':
      refuse(fmt::format("`{}` closes nothing", peek()));
    default:
      return value_of_token(read_token());
  }
}

Value EdnReader::read_list(char closing, int depth) {
  Value::List items;
  while (true) {
    skip_blank(depth);
    if (is_at_end()) refuse("the text ends inside a list", true);
    if (peek() == closing) break;
    items.push_back(read_form(depth));
  }
  ++at_;
  return Value(std::move(items));
}

Value EdnReader::read_map(int depth) {
  Value::Map fields;
  while (true) {
    skip_blank(depth);
    if (is_at_end()) refuse("the text ends inside a map", true);
    if (peek() == '}') break;
    std::string key = key_text(read_form(depth));
    skip_blank(depth);
    if (is_at_end()) refuse("the text ends inside a map", true);
    if (peek() == '}') refuse(fmt::format("the key {} of a map has no value", key));
    fields.emplace_back(std::move(key), read_form(depth));
  }
  ++at_;
  return Value(std::move(fields));
}

Value EdnReader::read_string() {
  std::string text;
  for (++at_; !is_at_end() && peek() != '"'; advance()) {
    if (peek() != '\\') {
      text += peek();
      continue;
    }
    ++at_;
    if (is_at_end()) break;
    switch (peek()) {
      case 'n':
        text += '\n';
        break;
      case 't':
        text += '\t';
        break;
      case 'r':
        text += '\r';
        break;
      case 'u': {
        const auto code = integer_in(text_.substr(at_ + 1, 4), 16);
        if (!code || *code < 0) refuse("\\u wants four hexadecimal digits");
        append_utf8(static_cast<std::uint32_t>(*code), text);
        at_ += 4;
        break;
      }
      default:
        text += peek();
        break;
    }
  }
  if (is_at_end()) refuse("the text ends inside a string", true);
  ++at_;
  return Value(std::move(text));
}

// `\a`, `\newline` ...: kept as text.
Value EdnReader::read_character() {
  ++at_;
  if (is_at_end()) refuse("the text ends after a backslash", true);
  const std::size_t begin = at_;
  advance();
  while (!is_at_end() && !ends_token(peek())) ++at_;
  const std::string_view name = text_.substr(begin, at_ - begin);
  if (name == "newline") return Value("\n");
  if (name == "space") return Value(" ");
  if (name == "tab") return Value("\t");
  if (name == "return") return Value("\r");
  return Value(name);
}

// `#{...}` a set; `#tag form` what it tags; `##Inf` and `##NaN`.
Value EdnReader::read_dispatch(int depth) {
  ++at_;
  if (is_at_end()) refuse("the text ends after #", true);
  if (peek() == '{') {
    ++at_;
    return read_list('}', depth);
  }
  if (peek() == '#') {
    ++at_;
    const std::string_view name = read_token();
    if (name != "Inf" && name != "-Inf" && name != "NaN") refuse("after ## comes Inf, -Inf or NaN");
    return Value(name);
  }
  if (read_token().empty()) refuse("# wants a tag or a set");
  skip_blank(depth);
  if (is_at_end()) refuse("the text ends after a tag", true);
  return read_form(depth);
}

std::string_view EdnReader::read_token() {
  const std::size_t begin = at_;
  while (!is_at_end() && !ends_token(peek())) ++at_;
  return text_.substr(begin, at_ - begin);
}

Value EdnReader::value_of_token(std::string_view token) const {
  if (token == "nil") return Value();
  if (token == "true") return Value(true);
  if (token == "false") return Value(false);
  if (token.starts_with(':')) {
    if (token.size() == 1) refuse("a keyword without a name");
    return Value(token.substr(1));
  }
  const std::size_t sign = token.starts_with('-') || token.starts_with('+') ? 1 : 0;
  const bool is_number = token.size() > sign && token[sign] >= '0' && token[sign] <= '9';
  if (is_number) return number_of(token);
  for (const char c : token) {
    if (static_cast<unsigned char>(c) < 0x20) refuse("a control character, this is no EDN");
  }
  return Value(token);
}

Value EdnReader::number_of(std::string_view token) const {
  std::string_view digits = token;
  if (digits.ends_with('N') || digits.ends_with('M')) digits.remove_suffix(1);
  if (const auto integer = integer_in(digits)) return Value(*integer);
  if (const std::size_t slash = digits.find('/'); slash != std::string_view::npos) {
    const auto above = real_in(digits.substr(0, slash));
    const auto below = real_in(digits.substr(slash + 1));
    if (above && below && *below != 0) return Value(*above / *below);
  } else if (const auto real = real_in(digits)) {
    return Value(*real);
  }
  refuse(fmt::format("`{}` is no number", token));
}

Value parse_edn(std::string_view text) {
  EdnReader reader(text);
  std::optional<Value> value = reader.next();
  if (!value) throw EdnError(reader.line(), "there is no form", true);
  if (reader.next()) throw EdnError(reader.line(), "something follows after the form", false);
  return std::move(*value);
}

}  // namespace faultrig
