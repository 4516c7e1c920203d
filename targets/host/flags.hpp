// The flags of a bundled target's program: `--name value` pairs and --help, nothing more. Small on
// purpose: a target depends on no command-line library.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "harness/node/node.hpp"

namespace faultrig::host {

struct Flag {
  std::string name;         // without the dashes
  std::string placeholder;  // "DIR"
  std::string help;
  bool required = false;
};

class Flags {
 public:
  // Throws UsageError: an unknown flag (with the nearest), a flag without value, one given twice, a
  // required one missing.
  Flags(const std::vector<Flag>& known, const std::vector<std::string>& arguments);

  bool wants_help() const { return wants_help_; }
  bool has(const std::string& name) const { return values_.contains(name); }
  std::string text(const std::string& name, std::string_view fallback = "") const;
  // Throws UsageError when it is not an integer in [low, high].
  std::int64_t integer(const std::string& name, std::int64_t fallback, std::int64_t low,
                       std::int64_t high) const;
  // "n1=10.0.0.1:7000,n2=..." Throws UsageError.
  std::map<NodeName, std::string> peers(const std::string& name) const;

 private:
  std::map<std::string, std::string> values_;
  bool wants_help_ = false;
};

// One line a flag.
std::string help_of(const std::vector<Flag>& flags);

}  // namespace faultrig::host
