#include "targets/host/flags.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "harness/errors.hpp"
#include "targets/host/address.hpp"

namespace faultrig::host {

Flags::Flags(const std::vector<Flag>& known, const std::vector<std::string>& arguments) {
  std::vector<std::string> words;
  for (const Flag& flag : known) words.push_back("--" + flag.name);
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (word == "--help" || word == "-h") {
      wants_help_ = true;
      return;
    }
    if (std::find(words.begin(), words.end(), word) == words.end()) {
      const std::string near = nearest_word(word, words);
      throw UsageError(
          fmt::format("unknown flag `{}`", word),
          near.empty() ? "--help lists the flags" : fmt::format("did you mean `{}`?", near));
    }
    if (i + 1 == arguments.size()) throw UsageError(fmt::format("`{}` needs a value", word));
    if (!values_.emplace(word.substr(2), arguments[++i]).second) {
      throw UsageError(fmt::format("`{}` is given twice", word));
    }
  }
  for (const Flag& flag : known) {
    if (flag.required && !has(flag.name)) {
      throw UsageError(fmt::format("`--{} {}` is missing", flag.name, flag.placeholder),
                       "--help lists the flags");
    }
  }
}

std::string Flags::text(const std::string& name, std::string_view fallback) const {
  const auto at = values_.find(name);
  return at == values_.end() ? std::string(fallback) : at->second;
}

std::int64_t Flags::integer(const std::string& name, std::int64_t fallback, std::int64_t low,
                            std::int64_t high) const {
  const auto at = values_.find(name);
  if (at == values_.end()) return fallback;
  std::int64_t number = 0;
  const char* last = at->second.data() + at->second.size();
  const auto [end, error] = std::from_chars(at->second.data(), last, number);
  if (error != std::errc() || end != last || number < low || number > high) {
    throw UsageError(fmt::format("`--{} {}`: expected a whole number from {} to {}", name,
                                 at->second, low, high));
  }
  return number;
}

std::map<NodeName, std::string> Flags::peers(const std::string& name) const {
  std::map<NodeName, std::string> result;
  std::string_view rest = values_.at(name);
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    const std::string_view item = rest.substr(0, comma);
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
    const std::size_t equals = item.find('=');
    if (equals == std::string_view::npos || equals == 0) {
      throw UsageError(fmt::format("`--{}`: `{}` is not NAME=ADDRESS:PORT", name, item));
    }
    const std::string node(item.substr(0, equals));
    const std::string address(item.substr(equals + 1));
    parse_address(address);
    if (!result.emplace(node, address).second) {
      throw UsageError(fmt::format("`--{}` names {} twice", name, node));
    }
  }
  return result;
}

std::string help_of(const std::vector<Flag>& flags) {
  std::string out;
  for (const Flag& flag : flags) {
    out += fmt::format("  {:<34} {}{}\n", fmt::format("--{} {}", flag.name, flag.placeholder),
                       flag.help, flag.required ? " (required)" : "");
  }
  return out;
}

}  // namespace faultrig::host
