// EDN, the notation of Clojure's tools, to Values: one form after the other, so that a file is read
// in one pass and a cut-off end costs only the last form.
//
// Keywords and symbols become text without the colon (`:ok` is "ok"), sets and lists become lists,
// map keys become text, ratios and big numbers become reals where 64 bits do not hold them, and a
// tagged literal (`#inst "..."`, `#jepsen.history.Op{...}`) becomes what it is a tag of.
// Source: the EDN format description at github.com/edn-format/edn. Cost: linear.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "checkers/history/value.hpp"

namespace faultrig {

struct EdnError : std::runtime_error {
  EdnError(std::int64_t line_number, const std::string& what, bool at_the_end)
      : std::runtime_error(what), line(line_number), is_cut_off(at_the_end) {}
  std::int64_t line;  // counts from 1
  bool is_cut_off;    // the text ended inside a form: all before is whole
};

class EdnReader {
 public:
  explicit EdnReader(std::string_view text) : text_(text) {}

  // The next form; nothing at the end. Nested at most 64 deep. Throws EdnError.
  std::optional<Value> next();
  // Steps over an opening `[` or `(`: what follows is read form by form until the end of that list,
  // and then next() gives nothing. False, and nothing happens, when something else comes.
  bool enter_list();
  // The line on which the last form began.
  std::int64_t line() const { return form_line_; }

 private:
  static constexpr int maximum_depth = 64;

  [[noreturn]] void refuse(const std::string& what, bool is_cut_off = false) const;
  bool is_at_end() const { return at_ >= text_.size(); }
  char peek() const { return text_[at_]; }
  void advance();
  // White space, commas, comments and discarded forms.
  void skip_blank(int depth);
  Value read_form(int depth);
  Value read_list(char closing, int depth);
  Value read_map(int depth);
  Value read_string();
  Value read_character();
  Value read_dispatch(int depth);
  std::string_view read_token();
  Value value_of_token(std::string_view token) const;
  Value number_of(std::string_view token) const;

  std::string_view text_;
  std::size_t at_ = 0;
  std::int64_t line_ = 1;
  std::int64_t form_line_ = 1;
  char entered_closing_ = 0;
  bool has_left_ = false;
};

// Exactly one form. Throws EdnError.
Value parse_edn(std::string_view text);

}  // namespace faultrig
