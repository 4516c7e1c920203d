#include "checkers/causal/written_values.hpp"

#include <utility>

namespace faultrig {

std::size_t WrittenValues::place_of(std::int64_t code, std::uint32_t key, bool is_integer) const {
  std::uint64_t mixed = static_cast<std::uint64_t>(code) * 0x9e3779b97f4a7c15ULL;
  mixed ^= (std::uint64_t{key} + 1) * 0xc2b2ae3d27d4eb4fULL + (is_integer ? 0 : 1);
  mixed = (mixed ^ (mixed >> 32)) * 0xd6e8feb86659fd93ULL;
  const std::size_t mask = entries_.size() - 1;
  std::size_t place = static_cast<std::size_t>(mixed ^ (mixed >> 32)) & mask;
  const auto is_here = [&](const Entry& entry) {
    return entry.code == code && entry.key == key && entry.is_integer == is_integer;
  };
  while (entries_[place].writer != none && !is_here(entries_[place])) place = (place + 1) & mask;
  return place;
}

void WrittenValues::rehash(std::size_t least) {
  std::size_t size = 16;
  while (size < least) size *= 2;
  std::vector<Entry> old = std::exchange(entries_, std::vector<Entry>(size));
  for (const Entry& entry : old) {
    if (entry.writer != none) entries_[place_of(entry.code, entry.key, entry.is_integer)] = entry;
  }
}

std::uint32_t WrittenValues::add(std::uint32_t key, const Value& value, std::uint32_t writer) {
  if ((used_ + 1) * 2 > entries_.size()) rehash((used_ + 1) * 4);
  const bool is_integer = value.is_integer();
  const std::int64_t code =
      is_integer
          ? value.as_integer()
          : others_.try_emplace(value, static_cast<std::int64_t>(others_.size())).first->second;
  Entry& entry = entries_[place_of(code, key, is_integer)];
  if (entry.writer != none) return entry.writer;
  entry = {code, key, writer, is_integer};
  ++used_;
  return none;
}

std::uint32_t WrittenValues::find(std::uint32_t key, const Value& value) const {
  if (entries_.empty()) return none;
  std::int64_t code = 0;
  if (value.is_integer()) {
    code = value.as_integer();
  } else {
    const auto at = others_.find(value);
    if (at == others_.end()) return none;
    code = at->second;
  }
  return entries_[place_of(code, key, value.is_integer())].writer;
}

}  // namespace faultrig
