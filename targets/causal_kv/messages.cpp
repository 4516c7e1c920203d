#include "targets/causal_kv/messages.hpp"

#include <utility>

namespace faultrig::causal_kv {
namespace {

struct Writer {
  Value operator()(const NewWrite& m) const {
    return Value::map({{"type", "new_write"}, {"write", to_value(*m.write)}});
  }
  Value operator()(const Digest& m) const {
    return Value::map({{"clock", m.clock.to_value()}, {"round", m.round}, {"type", "digest"}});
  }
  Value operator()(const Missing& m) const {
    Value::List writes;
    writes.reserve(m.writes.size());
    for (const SharedWrite& write : m.writes) writes.push_back(to_value(*write));
    return Value::map({{"clock", m.clock.to_value()},
                       {"more", m.more},
                       {"round", m.round},
                       {"type", "missing"},
                       {"writes", Value(std::move(writes))}});
  }
};

std::optional<std::int64_t> round_in(const Value& body, std::int64_t lowest) {
  const std::int64_t round = body.integer_or("round", -1);
  if (round < lowest || round > largest_number) return std::nullopt;
  return round;
}

std::optional<VectorClock> clock_in(const Value& body, std::size_t nodes) {
  const Value* clock = body.find("clock");
  return clock == nullptr ? std::nullopt : VectorClock::from_value(*clock, nodes);
}

std::optional<PeerMessage> read_new_write(const Value& body, std::size_t nodes) {
  const Value* write = body.find("write");
  SharedWrite read = write == nullptr ? nullptr : write_from_value(*write, nodes);
  if (read == nullptr) return std::nullopt;
  return PeerMessage(NewWrite{std::move(read)});
}

std::optional<PeerMessage> read_digest(const Value& body, std::size_t nodes) {
  std::optional<VectorClock> clock = clock_in(body, nodes);
  const std::optional<std::int64_t> round = round_in(body, 1);
  if (!clock || !round) return std::nullopt;
  return PeerMessage(Digest{*std::move(clock), *round});
}

std::optional<PeerMessage> read_missing(const Value& body, std::size_t nodes) {
  std::optional<VectorClock> clock = clock_in(body, nodes);
  const std::optional<std::int64_t> round = round_in(body, 0);
  const Value* more = body.find("more");
  const Value* writes = body.find("writes");
  if (!clock || !round || more == nullptr || more->kind() != Value::Kind::boolean ||
      writes == nullptr || !writes->is_list()) {
    return std::nullopt;
  }
  Missing message{*round, *std::move(clock), more->as_boolean(), {}};
  for (const Value& item : writes->as_list()) {
    SharedWrite write = write_from_value(item, nodes);
    if (write == nullptr) return std::nullopt;
    message.writes.push_back(std::move(write));
  }
  return PeerMessage(std::move(message));
}

}  // namespace

Value to_body(const PeerMessage& message) { return std::visit(Writer{}, message); }

std::optional<PeerMessage> peer_message(const Value& body, std::size_t nodes) {
  const std::string type = body.string_or("type", "");
  if (type == "new_write") return read_new_write(body, nodes);
  if (type == "digest") return read_digest(body, nodes);
  if (type == "missing") return read_missing(body, nodes);
  return std::nullopt;
}

}  // namespace faultrig::causal_kv
