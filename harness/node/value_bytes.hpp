// Values as bytes, for the disk: a tag, then the content; numbers of any size in base 128, lowest
// digits first. Equal values give equal bytes. Reading is total: bytes that no writer made give
// nothing. Cost: linear, without going through text (a log entry is written in a tenth of the time
// that its JSON takes).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "checkers/history/value.hpp"

namespace faultrig {

void append_number(std::string& out, std::uint64_t number);
void append_text(std::string& out, std::string_view text);
void append_value(std::string& out, const Value& value);

// Readers go 64 deep; whoever wraps a value that came from outside must leave room for that.
bool is_deeper_than(const Value& value, int depth);

// Reads what those wrote, one after the other; once something is wrong, all is.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  std::uint64_t number();
  std::string_view text();
  Value value() { return value(deepest); }

  bool good() const { return good_; }
  bool is_done() const { return good_ && rest_.empty(); }

 private:
  static constexpr int deepest = 64;  // as the readers of JSON
  Value value(int depth);
  Value list(int depth);
  Value map(int depth);
  unsigned char byte();

  std::string_view rest_;
  bool good_ = true;
};

}  // namespace faultrig
