#include "targets/causal_kv/storage.hpp"

#include <utility>

#include "harness/node/value_bytes.hpp"

namespace faultrig::causal_kv {
namespace {

void append_integer(std::string& out, std::int64_t number) {
  append_number(out, static_cast<std::uint64_t>(number));
}

// The reason why it was not taken; empty when it was.
std::string take(std::string_view payload, std::size_t nodes, Recovered& result) {
  ByteReader in(payload);
  const std::uint64_t origin = in.number();
  const std::uint64_t sequence = in.number();
  const std::uint64_t stamp = in.number();
  const std::uint64_t counts = in.number();
  if (!in.good()) return "a record without its fields";
  if (counts != nodes) {
    result.other_cluster = counts;
    return "a record of another cluster";
  }
  VectorClock after(nodes);
  constexpr std::uint64_t most = largest_number;
  bool is_possible =
      origin < nodes && sequence >= 1 && sequence <= most && stamp >= 1 && stamp <= most;
  for (NodeIndex node = 0; node < nodes; ++node) {
    const std::uint64_t count = in.number();
    is_possible = is_possible && count <= most;
    after.set(node, static_cast<Sequence>(count));
  }
  Value key = in.value();
  Value value = in.value();
  const std::uint64_t kind = in.is_done() ? 0 : in.number();
  if (!in.is_done()) return "a record without its fields";
  is_possible = is_possible && kind <= 3 && is_content(static_cast<WriteKind>(kind), value);
  if (!is_possible) return "a number that no node writes";
  result.log.append(std::make_shared<const Write>(
      origin, static_cast<Sequence>(sequence), static_cast<Stamp>(stamp), std::move(after),
      std::move(key), std::move(value), static_cast<WriteKind>(kind)));
  return "";
}

}  // namespace

void append_write(std::string& out, const Write& write) {
  append_record(out, [&] {
    append_number(out, write.origin);
    append_integer(out, write.sequence);
    append_integer(out, write.stamp);
    append_number(out, write.after.size());
    for (NodeIndex node = 0; node < write.after.size(); ++node) {
      append_integer(out, write.after[node]);
    }
    append_value(out, write.key);
    append_value(out, write.value);
    if (write.kind != WriteKind::put) append_number(out, static_cast<std::uint64_t>(write.kind));
  });
}

std::string encode_file(const WriteLog& log) {
  std::string out;
  for (std::size_t place = 0; place < log.size(); ++place) append_write(out, *log.at(place));
  return out;
}

Recovered recover(std::string_view bytes, std::size_t nodes) {
  Recovered result{WriteLog(nodes), std::nullopt, std::nullopt};
  result.torn =
      read_records(bytes, [&](std::string_view payload) { return take(payload, nodes, result); });
  return result;
}

}  // namespace faultrig::causal_kv
