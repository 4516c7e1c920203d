#include "targets/bank_2pc/messages.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace faultrig::bank_2pc {
namespace {

constexpr std::int64_t most_nodes = 1000;

// Collects the fields of one body; one bad field spoils the whole.
class Reader {
 public:
  explicit Reader(const Value& body) : body_(body) {}

  std::int64_t number(std::string_view name) {
    return integer(body_.find(name), 0, largest_number);
  }
  bool flag(std::string_view name) {
    const Value* field = body_.find(name);
    require(field != nullptr && field->kind() == Value::Kind::boolean);
    return good_ && field->as_boolean();
  }
  std::string text(std::string_view name) {
    const Value* field = body_.find(name);
    require(field != nullptr && field->is_string());
    return good_ ? field->as_string() : "";
  }
  TxId tx() {
    const Value::List& parts = list("tx", 2);
    return good_ ? tx_of(parts[0], parts[1]) : TxId();
  }
  Age age() {
    const Value::List& parts = list("age", 3);
    if (!good_) return {};
    return {integer(&parts[0], 0, largest_number), tx_of(parts[1], parts[2])};
  }
  Answer answer() {
    const std::string word = text("answer");
    for (int i = 0; i < answers; ++i) {
      if (to_string(static_cast<Answer>(i)) == word) return static_cast<Answer>(i);
    }
    good_ = false;
    return Answer::refused;
  }
  // Ascending, at least one.
  std::vector<std::int32_t> nodes(std::string_view name) {
    std::vector<std::int32_t> result;
    for (const Value& item : list(name)) {
      const auto node = static_cast<std::int32_t>(integer(&item, 0, most_nodes));
      require(result.empty() || result.back() < node);
      result.push_back(node);
    }
    require(!result.empty());
    return result;
  }
  // [[account, amount], ...], accounts ascending. A balance may be anything: where a planted bug
  // has spoilt it, that must be seen.
  std::vector<std::pair<Account, Money>> amounts(std::string_view name, Money most) {
    std::vector<std::pair<Account, Money>> result;
    for (const Value& item : list(name)) {
      require(item.is_list() && item.as_list().size() == 2);
      if (!good_) return result;
      const Account account = integer(&item.as_list()[0], 0, largest_number);
      require(result.empty() || result.back().first < account);
      result.emplace_back(account, integer(&item.as_list()[1], -most, most));
    }
    return result;
  }
  void require(bool condition) { good_ = good_ && condition; }

  template <typename T>
  std::optional<PeerMessage> done(T message) {
    if (!good_) return std::nullopt;
    return PeerMessage(std::move(message));
  }

 private:
  static constexpr std::size_t any_size = static_cast<std::size_t>(-1);
  const Value::List& list(std::string_view name, std::size_t size = any_size) {
    static const Value::List none;
    const Value* field = body_.find(name);
    require(field != nullptr && field->is_list());
    if (!good_) return none;
    require(size == any_size || field->as_list().size() == size);
    return field->as_list();
  }
  std::int64_t integer(const Value* field, std::int64_t low, std::int64_t high) {
    require(field != nullptr && field->is_integer());
    if (!good_) return 0;
    require(field->as_integer() >= low && field->as_integer() <= high);
    return field->as_integer();
  }
  TxId tx_of(const Value& node, const Value& number) {
    return {static_cast<std::int32_t>(integer(&node, 0, most_nodes)),
            integer(&number, 1, largest_number)};
  }

  const Value& body_;
  bool good_ = true;
};

Value tx_value(const TxId& tx) { return Value::list({tx.node, tx.number}); }
Value age_value(const Age& age) {
  return Value::list({age.clock, age.first.node, age.first.number});
}

struct Writer {
  Value operator()(const Prepare& m) const {
    Value::List nodes(m.participants.begin(), m.participants.end());
    Value::List writes;
    for (const Write& write : m.writes) writes.push_back(Value::list({write.account, write.delta}));
    return Value::map({{"age", age_value(m.age)},
                       {"mark", m.mark},
                       {"participants", Value(std::move(nodes))},
                       {"request", m.request},
                       {"tx", tx_value(m.tx)},
                       {"type", "prepare"},
                       {"writes", Value(std::move(writes))}});
  }
  Value operator()(const Vote& m) const {
    return Value::map({{"answer", to_string(m.answer)}, {"tx", tx_value(m.tx)}, {"type", "vote"}});
  }
  Value operator()(const Decide& m) const {
    return Value::map({{"commit", m.commit}, {"tx", tx_value(m.tx)}, {"type", "decide"}});
  }
  Value operator()(const Acknowledge& m) const { return of_tx("acknowledge", m.tx); }
  Value operator()(const Ask& m) const { return of_tx("ask", m.tx); }
  Value operator()(const ReadLock& m) const {
    return Value::map({{"age", age_value(m.age)}, {"tx", tx_value(m.tx)}, {"type", "read_lock"}});
  }
  Value operator()(const ReadValues& m) const {
    Value::List balances;
    for (const auto& [account, money] : m.balances) {
      balances.push_back(Value::list({account, money}));
    }
    return Value::map({{"answer", to_string(m.answer)},
                       {"balances", Value(std::move(balances))},
                       {"grant", m.grant},
                       {"tx", tx_value(m.tx)},
                       {"type", "read_values"}});
  }
  Value operator()(const ReadConfirm& m) const {
    return Value::map({{"grant", m.grant}, {"tx", tx_value(m.tx)}, {"type", "read_confirm"}});
  }
  Value operator()(const ReadConfirmed& m) const {
    return Value::map({{"held", m.held}, {"tx", tx_value(m.tx)}, {"type", "read_confirmed"}});
  }
  Value operator()(const ReadRelease& m) const { return of_tx("read_release", m.tx); }

 private:
  static Value of_tx(const char* type, const TxId& tx) {
    return Value::map({{"tx", tx_value(tx)}, {"type", type}});
  }
};

std::optional<PeerMessage> read_prepare(Reader& in) {
  Prepare m{in.tx(), in.age(), in.number("mark"), in.nodes("participants"), in.text("request"), {}};
  for (const auto& [account, delta] : in.amounts("writes", most_money)) {
    m.writes.push_back({account, delta});
  }
  in.require(!m.writes.empty());
  return in.done(std::move(m));
}

}  // namespace

Value to_body(const PeerMessage& message) { return std::visit(Writer{}, message); }

std::optional<PeerMessage> peer_message(const Value& body) {
  const std::string type = body.string_or("type", "");
  Reader in(body);
  if (type == "prepare") return read_prepare(in);
  if (type == "vote") return in.done(Vote{in.tx(), in.answer()});
  if (type == "decide") return in.done(Decide{in.tx(), in.flag("commit")});
  if (type == "acknowledge") return in.done(Acknowledge{in.tx()});
  if (type == "ask") return in.done(Ask{in.tx()});
  if (type == "read_lock") return in.done(ReadLock{in.tx(), in.age()});
  if (type == "read_values") {
    return in.done(
        ReadValues{in.tx(), in.answer(), in.number("grant"), in.amounts("balances", INT64_MAX)});
  }
  if (type == "read_confirm") return in.done(ReadConfirm{in.tx(), in.number("grant")});
  if (type == "read_confirmed") return in.done(ReadConfirmed{in.tx(), in.flag("held")});
  if (type == "read_release") return in.done(ReadRelease{in.tx()});
  return std::nullopt;
}

}  // namespace faultrig::bank_2pc
