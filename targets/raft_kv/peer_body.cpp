#include "targets/raft_kv/peer_body.hpp"

namespace faultrig::raft_kv {
namespace {

template <typename... Numbers>
std::uint64_t hash_of(Numbers... numbers) {
  std::uint64_t hash = 0;
  ((hash = combine(hash, static_cast<std::uint64_t>(numbers))), ...);
  return hash;
}

struct Hasher {
  std::uint64_t operator()(const PreVote& m) const {
    return hash_of(m.term, m.last_index, m.last_term);
  }
  std::uint64_t operator()(const PreVoteReply& m) const {
    return hash_of(m.term, m.asked_term, m.granted);
  }
  std::uint64_t operator()(const RequestVote& m) const {
    return hash_of(m.term, m.last_index, m.last_term);
  }
  std::uint64_t operator()(const VoteReply& m) const { return hash_of(m.term, m.granted); }
  std::uint64_t operator()(const AppendEntries& m) const {
    std::uint64_t hash = hash_of(m.term, m.prev_index, m.prev_term, m.commit, m.round);
    for (const Entry& entry : m.entries) hash = combine(hash, entry.digest);
    return hash;
  }
  std::uint64_t operator()(const AppendReply& m) const {
    return hash_of(m.term, m.accepted, m.prev_index, m.index, m.conflict_term, m.round);
  }
  std::uint64_t operator()(const InstallSnapshot& m) const {
    return combine(hash_of(m.term, m.last_index, m.last_term, m.round), stable_hash(m.state));
  }
  std::uint64_t operator()(const Forward& m) const {
    return combine(hash_of(m.id, stable_hash(std::string_view(m.client))), stable_hash(m.request));
  }
  std::uint64_t operator()(const ForwardReply& m) const {
    return combine(hash_of(m.id), stable_hash(m.reply));
  }
};

}  // namespace

std::uint64_t digest_of(const PeerMessage& message) {
  return combine(message.index(), std::visit(Hasher{}, message));
}

}  // namespace faultrig::raft_kv
