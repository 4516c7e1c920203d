#include "harness/options.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace faultrig {

Options::Options(std::string file, std::string table, int line, int column)
    : file_(std::move(file)), table_(std::move(table)), line_(line), column_(column) {}

void Options::set(std::string name, Value value, int line, int column) {
  entries_.insert_or_assign(std::move(name), Entry{std::move(value), line, column});
}

bool Options::has(std::string_view name) const { return find(name) != nullptr; }

const Options::Entry* Options::find(std::string_view name) const {
  const auto at = entries_.find(name);
  return at == entries_.end() ? nullptr : &at->second;
}

std::string Options::path_of(std::string_view name) const {
  if (name.empty()) return table_;
  return table_.empty() ? std::string(name) : fmt::format("{}.{}", table_, name);
}

UsageError Options::error(std::string_view name, std::string message, std::string hint) const {
  const Entry* entry = find(name);
  const int line = entry != nullptr ? entry->line : line_;
  const int column = entry != nullptr ? entry->column : column_;
  return UsageError(std::move(message), std::move(hint), file_, line, column);
}

UsageError Options::wrong_kind(std::string_view name, std::string_view expected,
                               const Value& value) const {
  return error(name, fmt::format("`{}` must be {}, not {} ({})", path_of(name), expected,
                                 value.to_string(), to_string(value.kind())));
}

std::int64_t Options::integer(std::string_view name, std::int64_t fallback, std::int64_t low,
                              std::int64_t high) const {
  const Entry* entry = find(name);
  if (entry == nullptr) return fallback;
  if (!entry->value.is_integer()) throw wrong_kind(name, "an integer", entry->value);
  const std::int64_t value = entry->value.as_integer();
  if (value < low || value > high) {
    throw error(name, fmt::format("`{}` is {}, outside {} to {}", path_of(name), value, low, high));
  }
  return value;
}

bool Options::boolean(std::string_view name, bool fallback) const {
  const Entry* entry = find(name);
  if (entry == nullptr) return fallback;
  if (entry->value.kind() != Value::Kind::boolean) {
    throw wrong_kind(name, "true or false", entry->value);
  }
  return entry->value.as_boolean();
}

std::string Options::text(std::string_view name, std::string_view fallback) const {
  const Entry* entry = find(name);
  if (entry == nullptr) return std::string(fallback);
  if (!entry->value.is_string()) throw wrong_kind(name, "a string", entry->value);
  return entry->value.as_string();
}

std::vector<std::string> Options::texts(std::string_view name,
                                        std::vector<std::string> fallback) const {
  const Entry* entry = find(name);
  if (entry == nullptr) return fallback;
  if (!entry->value.is_list()) throw wrong_kind(name, "a list of strings", entry->value);
  std::vector<std::string> texts;
  for (const Value& item : entry->value.as_list()) {
    if (!item.is_string()) throw wrong_kind(name, "a list of strings", entry->value);
    texts.push_back(item.as_string());
  }
  return texts;
}

std::chrono::milliseconds Options::milliseconds(std::string_view name,
                                                std::chrono::milliseconds fallback,
                                                std::chrono::milliseconds low,
                                                std::chrono::milliseconds high) const {
  return std::chrono::milliseconds(integer(name, fallback.count(), low.count(), high.count()));
}

void Options::expect_only(const std::vector<std::string>& known) const {
  // The first in the order of the file, so that the reader's eye finds it.
  const std::string* first = nullptr;
  for (const auto& [name, entry] : entries_) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    if (first != nullptr) {
      const Entry& earliest = *find(*first);
      if (std::pair(entry.line, entry.column) >= std::pair(earliest.line, earliest.column)) {
        continue;
      }
    }
    first = &name;
  }
  if (first == nullptr) return;
  const std::string nearest = nearest_word(*first, known);
  std::string hint;
  if (!nearest.empty()) {
    hint = fmt::format("did you mean `{}`?", nearest);
  } else if (known.empty()) {
    hint = fmt::format("`{}` has no options", table_);
  } else {
    hint = fmt::format("known: {}", fmt::join(known, ", "));
  }
  throw error(*first, fmt::format("unknown key `{}`", path_of(*first)), hint);
}

}  // namespace faultrig
