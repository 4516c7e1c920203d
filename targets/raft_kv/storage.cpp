#include "targets/raft_kv/storage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "checkers/history/json.hpp"

namespace faultrig::raft_kv {
namespace {

constexpr std::size_t header_size = 8;

std::array<std::uint32_t, 256> crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t value = byte;
    // Castagnoli's polynomial, reflected.
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) ? 0x82f63b78u : 0);
    table[byte] = value;
  }
  return table;
}

void append_number(std::string& out, std::uint32_t number) {
  for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>((number >> shift) & 0xff);
}

std::uint32_t read_number(std::string_view bytes) {
  std::uint32_t number = 0;
  for (int i = 3; i >= 0; --i) {
    number = (number << 8) | static_cast<unsigned char>(bytes[static_cast<std::size_t>(i)]);
  }
  return number;
}

std::string record(const Value& value) {
  const std::string payload = to_json(value);
  std::string out;
  out.reserve(payload.size() + header_size);
  append_number(out, static_cast<std::uint32_t>(payload.size()));
  append_number(out, crc32c(payload));
  out += payload;
  return out;
}

// Takes one record into `result`; the reason why not, empty when it went well.
std::string take(const Value& value, Recovered& result) {
  const std::string kind = value.string_or("record", "");
  const Index index = value.integer_or("index", -1);
  const Term term = value.integer_or("term", -1);
  if (std::max(index, term) > largest_number) return "a number that no node writes";
  if (kind == "state") {
    if (term < result.hard_state.term) return "a term that goes back";
    result.hard_state = {term, value.string_or("vote", "")};
    return "";
  }
  if (kind == "snapshot") {
    const Value* state = value.find("state");
    if (index < 1 || term < 1 || state == nullptr) return "a snapshot record without its fields";
    result.snapshot = {index, term, *state};
    result.log.reset(index, term);
    return "";
  }
  if (kind == "entry") {
    const Value* command = value.find("command");
    if (term < 1 || command == nullptr) return "an entry record without its fields";
    if (index <= result.log.base_index() || index > result.log.last_index() + 1) {
      return fmt::format("entry {} after entry {}", index, result.log.last_index());
    }
    result.log.truncate_from(index);
    result.log.append({term, *command});
    return "";
  }
  return "a record of no known kind";
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
  static const std::array<std::uint32_t, 256> table = crc_table();
  std::uint32_t value = 0xffffffffu;
  for (const char c : bytes) {
    value = (value >> 8) ^ table[(value ^ static_cast<unsigned char>(c)) & 0xff];
  }
  return value ^ 0xffffffffu;
}

std::string encode_state(const HardState& state) {
  return record(Value::map({{"record", "state"}, {"term", state.term}, {"vote", state.vote}}));
}

std::string encode_snapshot(const Snapshot& snapshot) {
  return record(Value::map({{"record", "snapshot"},
                            {"index", snapshot.last_index},
                            {"term", snapshot.last_term},
                            {"state", snapshot.state}}));
}

std::string encode_entry(Index index, const Entry& entry) {
  return record(Value::map(
      {{"record", "entry"}, {"index", index}, {"term", entry.term}, {"command", entry.command}}));
}

std::string encode_file(const HardState& state, const Snapshot& snapshot, const Log& log) {
  std::string out = encode_state(state);
  if (snapshot.last_index > 0) out += encode_snapshot(snapshot);
  for (Index index = log.base_index() + 1; index <= log.last_index(); ++index) {
    out += encode_entry(index, log.at(index));
  }
  return out;
}

Recovered recover(std::string_view bytes) {
  Recovered result;
  std::size_t at = 0;
  const auto stop = [&](std::string why) {
    result.torn = TornTail{at, bytes.size() - at, std::move(why)};
  };
  while (at < bytes.size() && !result.torn) {
    if (bytes.size() - at < header_size) {
      stop("a record's header is cut off");
      break;
    }
    const std::size_t length = read_number(bytes.substr(at));
    if (length > bytes.size() - at - header_size) {
      stop("a record is cut off");
      break;
    }
    const std::string_view payload = bytes.substr(at + header_size, length);
    if (crc32c(payload) != read_number(bytes.substr(at + 4))) {
      stop("a record's checksum is wrong");
      break;
    }
    try {
      const std::string why = take(parse_json(payload), result);
      if (!why.empty()) stop(why);
    } catch (const JsonError& error) {
      stop(error.what());
    }
    if (!result.torn) at += header_size + length;
  }
  // A term is promised with the first entry of it as much as with its own record.
  if (result.log.last_term() > result.hard_state.term) {
    result.hard_state = {result.log.last_term(), ""};
  }
  return result;
}

}  // namespace faultrig::raft_kv
