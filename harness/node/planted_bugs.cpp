#include "harness/node/planted_bugs.hpp"

#include <fmt/format.h>

#include "harness/errors.hpp"

namespace faultrig {

std::vector<std::string> bug_names_in(std::string_view text) {
  std::vector<std::string> names;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    names.emplace_back(text.substr(0, comma));
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
  }
  return names;
}

void refuse_bug(const std::string& name, const std::vector<std::string>& known) {
  const std::string near = nearest_word(name, known);
  throw UsageError(
      fmt::format("unknown bug `{}`", name),
      near.empty() ? "--help lists the bugs" : fmt::format("did you mean `{}`?", near));
}

}  // namespace faultrig
