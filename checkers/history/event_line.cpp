#include "checkers/history/event_line.hpp"

#include <cstdint>
#include <utility>

namespace faultrig {
namespace {

constexpr int maximum_list_depth = 8;
constexpr int maximum_digits = 18;  // always fits into 64 bits

// Every member returns false as soon as the text is not plain, and is not used again after that.
class PlainScanner {
 public:
  explicit PlainScanner(std::string_view text) : at_(text.data()), end_(at_ + text.size()) {}

  bool event(Event& event) {
    event.key.reset();
    event.value = Value();
    event.error.reset();
    event.node.clear();
    if (!take('{')) return false;
    unsigned seen = 0;
    do {
      skip_space();
      if (!field(event, seen)) return false;
      skip_space();
    } while (take(','));
    return take('}') && at_ == end_ && (seen & needed) == needed;
  }

 private:
  // Fields as a set of bits. An event has all of the first five.
  static constexpr unsigned index = 1, time = 2, type = 4, process = 8, f = 16;
  static constexpr unsigned key = 32, value = 64, error = 128, node = 256;
  static constexpr unsigned needed = index | time | type | process | f;

  static unsigned field_named(std::string_view name) {
    if (name.empty()) return 0;
    switch (name[0]) {
      case 'i':
        return name == "index" ? index : 0;
      case 't':
        return name == "time" ? time : name == "type" ? type : 0;
      case 'p':
        return name == "process" ? process : 0;
      case 'f':
        return name == "f" ? f : 0;
      case 'k':
        return name == "key" ? key : 0;
      case 'v':
        return name == "value" ? value : 0;
      case 'e':
        return name == "error" ? error : 0;
      case 'n':
        return name == "node" ? node : 0;
      default:
        return 0;
    }
  }

  bool field(Event& event, unsigned& seen) {
    std::string_view name;
    if (!string(name)) return false;
    const unsigned which = field_named(name);
    // Of a field that is there twice the JSON reader knows which counts.
    if (which == 0 || (seen & which) != 0) return false;
    seen |= which;
    skip_space();
    if (!take(':')) return false;
    skip_space();
    return content(event, which);
  }

  bool content(Event& event, unsigned which) {
    std::string_view text;
    std::int64_t number = 0;
    switch (which) {
      case index:
        return integer(event.index);
      case time:
        return integer(number) && (event.time = Time(number), true);
      case process:
        return integer(event.process);
      case type:
        return string(text) && type_from(text, event.type);
      case f:
        return string(text) && (event.f.assign(text), true);
      case node:
        return string(text) && (event.node.assign(text), true);
      case error:
        return string(text) && (event.error.emplace(text), true);
      // A key of null is no key: rare enough for the JSON reader.
      case key:
        return any(event.key.emplace(), 0) && !event.key->is_nil();
      case value:
        return any(event.value, 0);
      default:
        return false;
    }
  }

  static bool type_from(std::string_view word, EventType& type) {
    const auto found = event_type_from(word);
    if (found) type = *found;
    return found.has_value();
  }

  bool any(Value& out, int depth) {
    if (at_ == end_) return false;
    std::string_view text;
    std::int64_t number = 0;
    switch (*at_) {
      case '"':
        return string(text) && (out = Value(text), true);
      case '[':
        return list(out, depth);
      case 'n':
        return word("null") && (out = Value(), true);
      case 't':
        return word("true") && (out = Value(true), true);
      case 'f':
        return word("false") && (out = Value(false), true);
      default:
        return integer(number) && (out = Value(number), true);
    }
  }

  bool list(Value& out, int depth) {
    if (depth == maximum_list_depth) return false;
    take('[');
    Value::List items;
    skip_space();
    if (!take(']')) {
      do {
        skip_space();
        if (!any(items.emplace_back(), depth + 1)) return false;
        skip_space();
      } while (take(','));
      if (!take(']')) return false;
    }
    out = Value(std::move(items));
    return true;
  }

  // What follows decides whether the number ends here: `1.5` and `1e3` fail there.
  bool integer(std::int64_t& out) {
    const bool negative = take('-');
    const char* const begin = at_;
    std::int64_t number = 0;
    while (at_ != end_ && *at_ >= '0' && *at_ <= '9') {
      if (at_ - begin == maximum_digits) return false;
      number = number * 10 + (*at_++ - '0');
    }
    const auto digits = at_ - begin;
    if (digits == 0 || (*begin == '0' && (digits > 1 || negative))) return false;
    out = negative ? -number : number;
    return true;
  }

  bool string(std::string_view& out) {
    if (!take('"')) return false;
    const char* const begin = at_;
    while (at_ != end_ && *at_ != '"') {
      const auto c = static_cast<unsigned char>(*at_);
      if (c < 0x20 || c >= 0x7F || c == '\\') return false;
      ++at_;
    }
    out = std::string_view(begin, static_cast<std::size_t>(at_ - begin));
    return take('"');
  }

  bool word(std::string_view expected) {
    const auto length = static_cast<std::ptrdiff_t>(expected.size());
    if (end_ - at_ < length || std::string_view(at_, expected.size()) != expected) return false;
    at_ += length;
    return true;
  }

  bool take(char expected) {
    if (at_ == end_ || *at_ != expected) return false;
    ++at_;
    return true;
  }

  void skip_space() {
    while (at_ != end_ && *at_ == ' ') ++at_;
  }

  const char* at_;
  const char* end_;
};

}  // namespace

bool read_plain_event(std::string_view line, Event& event) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  return PlainScanner(line).event(event);
}

}  // namespace faultrig
