// Numbers that a reference system can be run with: one table from which come the flags of its
// program, the options of its manifest and what is refused.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "checkers/history/value.hpp"

namespace faultrig {

template <typename Config>
struct ConfigOptionOf {
  std::string name;  // of the flag: "election-min-ms"
  std::int64_t Config::*member;
  std::int64_t low;
  std::int64_t high;
  std::string help;
};

// Flags are spelled with dashes, the manifest's options with underscores.
std::string manifest_name(std::string flag);
// `value` as a number from low to high; throws UsageError.
std::int64_t checked_number(const std::string& name, const Value& value, std::int64_t low,
                            std::int64_t high);
[[noreturn]] void refuse_option(std::string_view target, const std::string& name,
                                const std::vector<std::string>& known);

// `name` as the manifest has it; `known` are the names that the caller has looked for already.
// Throws UsageError for an unknown name, with the nearest, and a value out of range.
template <typename Config>
void set_option(Config& config, const std::vector<ConfigOptionOf<Config>>& options,
                std::string_view target, std::vector<std::string> known, const std::string& name,
                const Value& value) {
  for (const ConfigOptionOf<Config>& option : options) {
    known.push_back(manifest_name(option.name));
    if (known.back() != name) continue;
    config.*option.member = checked_number(name, value, option.low, option.high);
    return;
  }
  refuse_option(target, name, known);
}

}  // namespace faultrig
