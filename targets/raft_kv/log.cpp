#include "targets/raft_kv/log.hpp"

#include "targets/raft_kv/require.hpp"

namespace faultrig::raft_kv {

std::optional<Term> Log::term_at(Index index) const {
  if (index == base_index_) return base_term_;
  if (index < base_index_ || index > last_index()) return std::nullopt;
  return at(index).term;
}

const Entry& Log::at(Index index) const {
  require(index > base_index_ && index <= last_index(), "the log has the entry");
  return entries_[static_cast<std::size_t>(index - base_index_ - 1)];
}

void Log::append(Entry entry) {
  entries_.push_back(std::move(entry));
  ++version_;
}

void Log::truncate_from(Index first) {
  require(first > base_index_, "no cut into the snapshot");
  if (first > last_index()) return;
  entries_.resize(static_cast<std::size_t>(first - base_index_ - 1));
  ++version_;
}

void Log::compact_to(Index index) {
  require(index >= base_index_ && index <= last_index(), "a snapshot ends within the log");
  const Term term = *term_at(index);
  entries_.erase(entries_.begin(), entries_.begin() + (index - base_index_));
  base_index_ = index;
  base_term_ = term;
  ++version_;
}

void Log::reset(Index base_index, Term base_term) {
  entries_.clear();
  base_index_ = base_index;
  base_term_ = base_term;
  ++version_;
}

std::vector<Entry> Log::slice(Index first, std::int64_t most_entries,
                              std::int64_t most_bytes) const {
  std::vector<Entry> result;
  std::int64_t bytes = 0;
  for (Index index = first; index <= last_index(); ++index) {
    const Entry& entry = at(index);
    bytes += approximate_size(entry.command) + 8;
    if (!result.empty() && bytes > most_bytes) break;
    result.push_back(entry);
    if (static_cast<std::int64_t>(result.size()) >= most_entries) break;
  }
  return result;
}

Index Log::first_of_run(Index index) const {
  while (index > base_index_ + 1 && at(index - 1).term == at(index).term) --index;
  return index;
}

std::optional<Index> Log::last_with_term(Term term) const {
  for (Index index = last_index(); index > base_index_; --index) {
    if (at(index).term == term) return index;
    if (at(index).term < term) return std::nullopt;
  }
  if (base_term_ == term) return base_index_;
  return std::nullopt;
}

std::int64_t approximate_size(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::nil:
    case Value::Kind::boolean:
      return 5;
    case Value::Kind::integer:
      return 12;
    case Value::Kind::real:
      return 24;
    case Value::Kind::string:
      return static_cast<std::int64_t>(value.as_string().size()) + 2;
    case Value::Kind::list: {
      std::int64_t sum = 2;
      for (const Value& item : value.as_list()) sum += approximate_size(item) + 1;
      return sum;
    }
    case Value::Kind::map: {
      std::int64_t sum = 2;
      for (const auto& [key, field] : value.as_map()) {
        sum += static_cast<std::int64_t>(key.size()) + 4 + approximate_size(field);
      }
      return sum;
    }
  }
  return 0;
}

}  // namespace faultrig::raft_kv
