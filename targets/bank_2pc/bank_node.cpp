#include "targets/bank_2pc/bank_node.hpp"

#include <fmt/format.h>

#include <typeinfo>

#include "targets/bank_2pc/peer_body.hpp"

namespace faultrig::bank_2pc {
namespace {

// Fine enough beside the lengths of config.hpp.
constexpr std::chrono::milliseconds tick(20);

template <typename... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <typename... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

// At most one trace line a deed; its name after the families of transaction traces.
const char* trace_event(Deed::Kind kind) {
  switch (kind) {
    case Deed::Kind::voted_yes:
      return "txn.vote";
    case Deed::Kind::decided_commit:
      return "txn.decide_commit";
    case Deed::Kind::decided_abort:
      return "txn.decide_abort";
    case Deed::Kind::presumed_abort:
      return "txn.presume_abort";
    case Deed::Kind::ended:
      return "txn.end";
    case Deed::Kind::committed:
      return "txn.commit";
    case Deed::Kind::aborted:
      return "txn.abort";
    case Deed::Kind::refused:
      return "txn.refuse";
    case Deed::Kind::committed_again:
      return "txn.commit_again";
  }
  return "?";
}

}  // namespace

BankNode::BankNode(BankConfig config, BugSet bugs) : config_(config), bugs_(bugs) {}

void BankNode::step(const Clocks& clocks, const Input& input, Effects& effects) {
  now_ = clocks.monotonic;
  effects_ = &effects;
  deeds_.clear();
  ++steps_;
  std::visit(Overloaded{
                 [this](const Start& start) { on_start(start); },
                 [this](const MessageReceived& received) { on_message(received.message); },
                 [this](const TimerFired& fired) {
                   fired.timer == tick_timer ? on_tick() : on_retry_timer();
                 },
                 [this](const Persisted& persisted) { on_persisted(persisted.id); },
             },
             input);
  deliver_own();
  flush();
  effects_ = nullptr;
}

std::string BankNode::describe() const {
  return fmt::format("life={} coordinates={} reads={} prepared={} waiting={}", ledger_.life(),
                     attempts_.size(), reads_.size(), ledger_.prepared().size(), waiting_.size());
}

std::unique_ptr<Node> BankNode::clone() const { return std::make_unique<BankNode>(*this); }

std::vector<TxId> BankNode::announced() const {
  std::vector<TxId> result;
  for (const auto& [tx, attempt] : attempts_) {
    if (attempt.stage == Stage::committed) result.push_back(tx);
  }
  return result;
}

void BankNode::on_start(const Start& start) {
  nodes_ = start.nodes;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    places_[nodes_[i]] = static_cast<std::int32_t>(i);
    if (nodes_[i] == start.self) self_ = i;
  }
  random_ = start.random.fork("retry");
  recover(start.disk);
  effects_->set_timer(tick_timer, tick);
}

void BankNode::on_message(const Message& message) {
  const auto peer = places_.find(message.src);
  if (peer == places_.end()) {
    on_client_request(message);
    return;
  }
  const NativeBody* native = message.native.get();
  if (native != nullptr && typeid(*native) == typeid(PeerBody)) {
    on_peer(peer->second, static_cast<const PeerBody*>(native)->message());
    return;
  }
  const std::optional<PeerMessage> decoded = peer_message(message.wire_body());
  if (decoded) on_peer(peer->second, *decoded);
}

void BankNode::on_peer(std::int32_t from, const PeerMessage& message) {
  std::visit([&](const auto& typed) { handle(from, typed); }, message);
}

void BankNode::on_tick() {
  look_after_attempts();
  look_after_reads();
  look_after_doubts();
  effects_->set_timer(tick_timer, tick);
}

void BankNode::send(std::int32_t dest, PeerMessage message) {
  if (dest == place()) {
    own_.push_back(std::move(message));
    return;
  }
  const auto at = static_cast<std::size_t>(dest);
  if (at >= nodes_.size()) return;  // a number from a message; no node has it
  effects_->send(
      {name(), nodes_[at], Value(), std::make_shared<const PeerBody>(std::move(message))});
}

// A node talks to itself without a network; after what it was doing, as it would with one.
void BankNode::deliver_own() {
  while (!own_.empty()) {
    const PeerMessage message = std::move(own_.front());
    own_.pop_front();
    on_peer(place(), message);
  }
}

void BankNode::note(Deed deed) {
  Value::Map fields;
  if (!deed.participants.empty()) fields.emplace_back("participants", names_of(deed.participants));
  fields.emplace_back("tx", to_text(deed.tx));
  effects_->trace(trace_event(deed.kind), std::move(fields));
  deeds_.push_back(std::move(deed));
}

Value BankNode::names_of(const std::vector<std::int32_t>& places) const {
  Value::List names;
  for (const std::int32_t place : places) {
    const auto at = static_cast<std::size_t>(place);
    if (at < nodes_.size()) names.emplace_back(nodes_[at]);  // else a number from a message
  }
  return Value(std::move(names));
}

}  // namespace faultrig::bank_2pc
