// A table of named options from a plan, a manifest or flags: values that remember where they were
// written, so that whoever understands an option can reject it with file, line and column.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "checkers/history/value.hpp"
#include "harness/errors.hpp"

namespace faultrig {

class Options {
 public:
  struct Entry {
    Value value;
    int line = 0;
    int column = 0;
  };

  Options() = default;
  // `table` is the path of the table in messages: "nemesis.partition"; line and column are its own.
  Options(std::string file, std::string table, int line = 0, int column = 0);

  void set(std::string name, Value value, int line = 0, int column = 0);
  bool has(std::string_view name) const;
  const std::map<std::string, Entry, std::less<>>& entries() const { return entries_; }
  const std::string& table() const { return table_; }

  // The option, or the fallback when it is absent. Throw UsageError for another kind or a value out
  // of [low, high].
  std::int64_t integer(std::string_view name, std::int64_t fallback, std::int64_t low,
                       std::int64_t high) const;
  bool boolean(std::string_view name, bool fallback) const;
  std::string text(std::string_view name, std::string_view fallback) const;
  std::vector<std::string> texts(std::string_view name, std::vector<std::string> fallback) const;
  // Named *_ms in files; in [low, high].
  std::chrono::milliseconds milliseconds(std::string_view name, std::chrono::milliseconds fallback,
                                         std::chrono::milliseconds low,
                                         std::chrono::milliseconds high) const;

  // Throws UsageError naming the first option that is not in `known`, its place and the nearest.
  void expect_only(const std::vector<std::string>& known) const;
  // A UsageError at the place of `name` (of the table when it is absent).
  UsageError error(std::string_view name, std::string message, std::string hint = "") const;

 private:
  const Entry* find(std::string_view name) const;
  std::string path_of(std::string_view name) const;
  UsageError wrong_kind(std::string_view name, std::string_view expected, const Value& value) const;
  std::string file_;
  std::string table_;
  int line_ = 0;
  int column_ = 0;
  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace faultrig
