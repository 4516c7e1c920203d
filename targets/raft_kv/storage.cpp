#include "targets/raft_kv/storage.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/node/value_bytes.hpp"

namespace faultrig::raft_kv {
namespace {

enum class Kind : unsigned char { state = 1, snapshot = 2, entry = 3 };

template <typename WritePayload>
void append_record(std::string& out, Kind kind, WritePayload write) {
  faultrig::append_record(out, [&] {
    out += static_cast<char>(kind);
    write();
  });
}

void append_integer(std::string& out, std::int64_t number) {
  append_number(out, static_cast<std::uint64_t>(number));
}

std::string take_state(ByteReader& in, Recovered& result) {
  const auto term = static_cast<Term>(in.number());
  const std::string_view vote = in.text();
  if (!in.is_done()) return "a state record without its fields";
  if (term < 0 || term > largest_number) return "a number that no node writes";
  if (term < result.hard_state.term) return "a term that goes back";
  result.hard_state = {term, std::string(vote)};
  return "";
}

// Of a snapshot or an entry.
std::string take_place(ByteReader& in, Index& index, Term& term) {
  index = static_cast<Index>(in.number());
  term = static_cast<Term>(in.number());
  if (!in.good() || index < 1 || term < 1) return "a record without its fields";
  return std::max(index, term) > largest_number ? "a number that no node writes" : "";
}

std::string take_snapshot(ByteReader& in, Recovered& result) {
  Index index = 0;
  Term term = 0;
  if (std::string why = take_place(in, index, term); !why.empty()) return why;
  Value state = in.value();
  if (!in.is_done()) return "a snapshot record without its fields";
  result.snapshot = {index, term, std::move(state)};
  result.log.reset(index, term);
  return "";
}

std::string take_entry(ByteReader& in, Recovered& result) {
  Index index = 0;
  Term term = 0;
  if (std::string why = take_place(in, index, term); !why.empty()) return why;
  Value command = in.value();
  if (!in.is_done()) return "an entry record without its fields";
  if (index <= result.log.base_index() || index > result.log.last_index() + 1) {
    return fmt::format("entry {} after entry {}", index, result.log.last_index());
  }
  result.log.truncate_from(index);
  result.log.append({term, std::move(command)});
  return "";
}

// Takes one record into `result`; the reason why not, empty when it went well.
std::string take(std::string_view payload, Recovered& result) {
  if (payload.empty()) return "an empty record";
  ByteReader in(payload.substr(1));
  switch (static_cast<Kind>(payload.front())) {
    case Kind::state:
      return take_state(in, result);
    case Kind::snapshot:
      return take_snapshot(in, result);
    case Kind::entry:
      return take_entry(in, result);
  }
  return "a record of no known kind";
}

void append_snapshot(std::string& out, const Snapshot& snapshot) {
  append_record(out, Kind::snapshot, [&] {
    append_integer(out, snapshot.last_index);
    append_integer(out, snapshot.last_term);
    append_value(out, snapshot.state);
  });
}

void append_state(std::string& out, const HardState& state) {
  append_record(out, Kind::state, [&] {
    append_integer(out, state.term);
    append_text(out, state.vote);
  });
}

}  // namespace

void append_entry(std::string& out, Index index, const Entry& entry) {
  append_record(out, Kind::entry, [&] {
    append_integer(out, index);
    append_integer(out, entry.term);
    append_value(out, entry.command);
  });
}

std::string encode_state(const HardState& state) {
  std::string out;
  append_state(out, state);
  return out;
}

std::string encode_snapshot(const Snapshot& snapshot) {
  std::string out;
  append_snapshot(out, snapshot);
  return out;
}

std::string encode_entry(Index index, const Entry& entry) {
  std::string out;
  append_entry(out, index, entry);
  return out;
}

std::string encode_file(const HardState& state, const Snapshot& snapshot, const Log& log) {
  std::string out = encode_state(state);
  if (snapshot.last_index > 0) append_snapshot(out, snapshot);
  for (Index index = log.base_index() + 1; index <= log.last_index(); ++index) {
    append_entry(out, index, log.at(index));
  }
  return out;
}

Recovered recover(std::string_view bytes) {
  Recovered result;
  result.torn =
      read_records(bytes, [&](std::string_view payload) { return take(payload, result); });
  // A term is promised with the first entry of it as much as with its own record.
  if (result.log.last_term() > result.hard_state.term) {
    result.hard_state = {result.log.last_term(), ""};
  }
  return result;
}

}  // namespace faultrig::raft_kv
