#include "harness/node/config_options.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/errors.hpp"

namespace faultrig {

std::string manifest_name(std::string flag) {
  std::replace(flag.begin(), flag.end(), '-', '_');
  return flag;
}

std::int64_t checked_number(const std::string& name, const Value& value, std::int64_t low,
                            std::int64_t high) {
  if (value.is_integer() && value.as_integer() >= low && value.as_integer() <= high) {
    return value.as_integer();
  }
  throw UsageError(fmt::format("`{} = {}`: expected a whole number from {} to {}", name,
                               value.to_string(), low, high));
}

void refuse_option(std::string_view target, const std::string& name,
                   const std::vector<std::string>& known) {
  throw UsageError(fmt::format("{} has no option `{}`", target, name), did_you_mean(name, known));
}

}  // namespace faultrig
