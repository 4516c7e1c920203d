// The replicated log in memory: the entries after a snapshot's last one (the base).
//
// Source: Raft paper, section 5.3 and section 7. Cost: append and lookup O(1); truncation and
// compaction linear in what moves.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "targets/raft_kv/messages.hpp"

namespace faultrig::raft_kv {

class Log {
 public:
  Log() = default;
  Log(Index base_index, Term base_term) : base_index_(base_index), base_term_(base_term) {}

  Index base_index() const { return base_index_; }
  Term base_term() const { return base_term_; }
  Index last_index() const { return base_index_ + static_cast<Index>(entries_.size()); }
  Term last_term() const { return entries_.empty() ? base_term_ : entries_.back().term; }
  // The base counts; nothing below it or beyond the end.
  std::optional<Term> term_at(Index index) const;
  // Requires base_index < index <= last_index.
  const Entry& at(Index index) const;

  void append(Entry entry);
  // Removes `first` and all after it. Requires first > base_index.
  void truncate_from(Index first);
  // Forgets what a snapshot up to `index` covers. Requires base_index <= index <= last_index.
  void compact_to(Index index);
  // Empty, after a snapshot of somebody else's log.
  void reset(Index base_index, Term base_term);

  // Entries from `first` on within both limits, always at least one when there is one.
  std::vector<Entry> slice(Index first, std::int64_t most_entries, std::int64_t most_bytes) const;
  // The first index, above the base, of the run of entries with the term that `index` has.
  Index first_of_run(Index index) const;
  // The last entry of that term, when the log still has one (the base included).
  std::optional<Index> last_with_term(Term term) const;
  // Grows with every change; equal numbers of one node's log mean an unchanged log.
  std::uint64_t version() const { return version_; }

 private:
  Index base_index_ = 0;
  Term base_term_ = 0;
  std::vector<Entry> entries_;
  std::uint64_t version_ = 0;
};

// About the bytes of the value as JSON; never far below.
std::int64_t approximate_size(const Value& value);

}  // namespace faultrig::raft_kv
