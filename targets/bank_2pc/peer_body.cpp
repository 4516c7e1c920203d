#include "targets/bank_2pc/peer_body.hpp"

#include "harness/random.hpp"

namespace faultrig::bank_2pc {
namespace {

class Hash {
 public:
  explicit Hash(std::uint64_t kind) : value_(mix64(kind)) {}
  void add(std::int64_t number) { value_ = mix64(value_ ^ static_cast<std::uint64_t>(number)); }
  void add(const TxId& tx) {
    add(tx.node);
    add(tx.number);
  }
  void add(const Age& age) {
    add(age.clock);
    add(age.first);
  }
  void add(const std::string& text) {
    add(static_cast<std::int64_t>(text.size()));
    for (const char c : text) value_ = (value_ ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    add(0);
  }
  std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_;
};

struct Hasher {
  Hash& hash;
  void operator()(const Prepare& m) {
    hash.add(m.tx);
    hash.add(m.age);
    hash.add(m.mark);
    for (const std::int32_t node : m.participants) hash.add(node);
    hash.add(m.request);
    for (const Write& write : m.writes) {
      hash.add(write.account);
      hash.add(write.delta);
    }
  }
  void operator()(const Vote& m) { add(m.tx, static_cast<std::int64_t>(m.answer)); }
  void operator()(const Decide& m) { add(m.tx, m.commit ? 1 : 0); }
  void operator()(const Acknowledge& m) { hash.add(m.tx); }
  void operator()(const Ask& m) { hash.add(m.tx); }
  void operator()(const ReadLock& m) {
    hash.add(m.tx);
    hash.add(m.age);
  }
  void operator()(const ReadValues& m) {
    add(m.tx, static_cast<std::int64_t>(m.answer));
    hash.add(m.grant);
    for (const auto& [account, money] : m.balances) {
      hash.add(account);
      hash.add(money);
    }
  }
  void operator()(const ReadConfirm& m) { add(m.tx, m.grant); }
  void operator()(const ReadConfirmed& m) { add(m.tx, m.held ? 1 : 0); }
  void operator()(const ReadRelease& m) { hash.add(m.tx); }
  void add(const TxId& tx, std::int64_t number) {
    hash.add(tx);
    hash.add(number);
  }
};

}  // namespace

std::uint64_t digest_of(const PeerMessage& message) {
  Hash hash(message.index());
  std::visit(Hasher{hash}, message);
  return hash.value();
}

}  // namespace faultrig::bank_2pc
