#include "targets/causal_kv/peer_body.hpp"

#include <utility>

#include "harness/node/hashing.hpp"

namespace faultrig::causal_kv {
namespace {

struct Hasher {
  std::uint64_t operator()(const NewWrite& m) const { return m.write->digest; }
  std::uint64_t operator()(const Digest& m) const {
    return combine(m.clock.digest(), static_cast<std::uint64_t>(m.round));
  }
  std::uint64_t operator()(const Missing& m) const {
    std::uint64_t hash = combine(m.clock.digest(), static_cast<std::uint64_t>(m.round));
    hash = combine(hash, m.more ? 1 : 0);
    for (const SharedWrite& write : m.writes) hash = combine(hash, write->digest);
    return hash;
  }
};

}  // namespace

PeerBody::PeerBody(PeerMessage message)
    : message_(std::move(message)),
      digest_(combine(message_.index(), std::visit(Hasher{}, message_))) {}

}  // namespace faultrig::causal_kv
