#include "targets/dynamo/peer_body.hpp"

#include <utility>

#include "harness/node/hashing.hpp"

namespace faultrig::dynamo {
namespace {

std::uint64_t of(std::int64_t number) { return static_cast<std::uint64_t>(number); }

struct Hasher {
  std::uint64_t operator()(const Fetch& m) const { return combine(of(m.id), stable_hash(m.key)); }
  std::uint64_t operator()(const Fetched& m) const {
    return combine(combine(of(m.id), of(m.clock)), m.versions.digest());
  }
  std::uint64_t operator()(const Store& m) const {
    const std::uint64_t hash = combine(combine(of(m.id), stable_hash(m.key)), m.versions.digest());
    return combine(hash, m.owner ? *m.owner + 1 : 0);
  }
  std::uint64_t operator()(const Stored& m) const { return of(m.id); }
  std::uint64_t operator()(const TreeHashes& m) const {
    std::uint64_t hash = m.level;
    for (const auto& [place, sum] : m.hashes) hash = combine(hash, combine(place, sum));
    return hash;
  }
  std::uint64_t operator()(const LeafEntries& m) const {
    std::uint64_t hash = m.leaves.size();
    for (const std::size_t leaf : m.leaves) hash = combine(hash, leaf);
    for (const auto& [key, versions] : m.entries) {
      hash = combine(hash, combine(stable_hash(key), versions.digest()));
    }
    return hash;
  }
  std::uint64_t operator()(const Entomb& m) const {
    return combine(combine(of(m.id), stable_hash(m.key)), m.tombstone.digest());
  }
  std::uint64_t operator()(const Entombed& m) const { return of(m.id); }
  std::uint64_t operator()(const Collected& m) const {
    return combine(stable_hash(m.key), m.tombstone.digest());
  }
  std::uint64_t operator()(const MembersAre& m) const { return m.members.digest(); }
};

}  // namespace

std::uint64_t digest_of(const PeerMessage& message) {
  return combine(message.index(), std::visit(Hasher{}, message));
}

}  // namespace faultrig::dynamo
