// TOML text as a tree of tables that remember where everything was written. The one place that
// knows a TOML library. TOML has dates and times; nothing here has a use for them, so they are
// refused.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "harness/options.hpp"

namespace faultrig {

struct TomlTable {
  // Plain values and arrays of them; an inline table is both an option (a map) and a table below.
  Options options;
  std::map<std::string, TomlTable> tables;              // [name], also inline
  std::map<std::string, std::vector<TomlTable>> lists;  // [[name]]
  int line = 0;
  int column = 0;

  // The options, where tables below have no place: refuses those that are written as [name].
  const Options& plain() const;
  // Refuses tables and lists below that are not named; for values use options.expect_only.
  void expect_only_tables(const std::vector<std::string>& known) const;
  // The table below; an empty one when it is absent. Refuses a plain value or list of that name.
  const TomlTable& table(const std::string& name) const;
  const std::vector<TomlTable>& list(const std::string& name) const;
};

// Throws UsageError with file, line and column; never anything else.
TomlTable read_toml(std::string_view text, const std::string& file);

// For writing. A key as it stands before `=`; a value after it. nil throws UsageError: TOML has
// none.
std::string toml_key(std::string_view key);
std::string toml_value(const Value& value);

}  // namespace faultrig
