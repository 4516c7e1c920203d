// A history of reads and writes as integer arrays: sessions, who read from whom, and which session
// wrote which key. Everything that judges causality works on these and on nothing else.
//
// Operations get numbers session by session, so a session is a range of numbers and the past of an
// operation is one bound a session. A process is a session. What is left out: failed operations,
// unknown reads, and unknown writes that nobody read (they need not have happened). An unknown
// write that somebody read happened, and it is the last of its session.
//
// Written values must be distinct per key ("differentiated" in Bouajjani, Enea, Guerraoui, Hamza,
// POPL 2017), or nobody could tell which write a read returned; otherwise the history is refused.
// Nothing but the arrays knows that an operation is a single read or write: transactions would be
// numbers with several keys and sources each. Cost: O(n) hashing.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "checkers/history/history.hpp"

namespace faultrig {

// A read of a value that no write left there.
struct BaselessRead {
  std::uint32_t read;                            // its number
  std::optional<std::size_t> failed_write = {};  // who tried to write it: index in the history
};

struct CausalHistory {
  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();
  static constexpr std::uint32_t initial = none - 1;  // read from before the first write

  std::span<const Operation> operations;     // of the history; not owned
  std::vector<std::uint32_t> position;       // of an operation in `operations`
  std::vector<std::uint32_t> session_begin;  // one more than there are sessions
  std::vector<std::uint32_t> session_of;     // of an operation
  std::vector<std::uint32_t> key_of;         // of an operation
  // Of a read: the write it returned, `initial`, or none for a baseless one. Of a write: itself.
  std::vector<std::uint32_t> source_of;
  // A slot is a pair of key and session that wrote it; the slots of a key are neighbours, in order
  // of session.
  std::vector<std::uint32_t> slot_of;      // of a write; none of a read
  std::vector<std::uint32_t> slots_begin;  // of a key; one more than there are keys
  std::vector<std::uint32_t> session_of_slot;
  std::vector<std::uint32_t> writes_begin;  // of a slot, in `writes`; one more than slots
  std::vector<std::uint32_t> writes;        // ascending within a slot
  std::vector<BaselessRead> baseless;       // in order of invocation
  std::string refusal;                      // why it cannot be judged; empty when it can

  std::uint32_t size() const { return static_cast<std::uint32_t>(session_of.size()); }
  std::uint32_t sessions() const { return static_cast<std::uint32_t>(session_begin.size()) - 1; }
  std::uint32_t slots() const { return static_cast<std::uint32_t>(session_of_slot.size()); }
  bool is_write(std::uint32_t number) const { return source_of[number] == number; }
  // Whether it is a read of the initial value or of a write.
  bool is_judged_read(std::uint32_t number) const {
    return source_of[number] != number && source_of[number] != none;
  }
  const Operation& operation(std::uint32_t number) const { return operations[position[number]]; }
};

// The history must outlive the result. `initial` and nil both stand for "nothing was written yet".
CausalHistory causal_history(const History& history, const Value& initial);

}  // namespace faultrig
