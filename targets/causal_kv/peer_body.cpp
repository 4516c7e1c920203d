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

std::uint64_t digest_of(const PeerMessage& message) {
  return combine(message.index(), std::visit(Hasher{}, message));
}

}  // namespace faultrig::causal_kv
