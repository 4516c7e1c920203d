// Client sessions: a request that arrives twice (a client library's retry, a message that the
// network repeated) takes effect once and gets the same answer.
//
// Source: dissertation, section 6.3. A session is the client's name (`src`), a request its msg_id,
// which a client must not use twice. Part of the replicated state: every node remembers and forgets
// at the same log entry, and a snapshot carries it.
//
// Bounds. Replies: the last `most_replies` of all clients; when one is forgotten, its client's
// floor rises to that msg_id, and an unknown request at or below the floor is `forgotten`: it may
// have taken effect, so it is refused with an indefinite error instead of being done again.
// Clients: the `most_clients` used last; forgetting a client loses its floor, so a repeat that
// arrives after that many other clients have written would be done again. Somebody who reuses a
// msg_id for another request (people typing by hand do) is told apart by a fingerprint of the
// request. Cost: O(log n) a request; a new client beyond the limit costs one pass over the clients.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "checkers/history/value.hpp"
#include "harness/node/hashing.hpp"

namespace faultrig::raft_kv {

struct SessionLimits {
  std::size_t most_replies = 4096;
  std::size_t most_clients = 10000;
  bool answers_repeats = true;  // off: raft-no-client-dedup
};

class Sessions {
 public:
  explicit Sessions(SessionLimits limits) : limits_(limits) {}

  // The reply to this request, when it was done before and is remembered.
  const Value* find(const std::string& client, std::int64_t id, std::uint64_t fingerprint) const;
  bool is_forgotten(const std::string& client, std::int64_t id) const;
  void remember(const std::string& client, std::int64_t id, std::uint64_t fingerprint, Value reply);

  // Equal contents have equal digests, however they came about. Kept up to date, so O(1).
  std::uint64_t digest() const { return combine(digest_, next_order_); }

  std::size_t replies() const { return order_.size(); }
  std::size_t clients() const { return clients_.size(); }
  Value to_value() const;
  // Nothing when the value was not made by to_value.
  static std::optional<Sessions> from_value(const Value& value, SessionLimits limits);

 private:
  struct Reply {
    std::uint64_t fingerprint = 0;
    std::uint64_t order = 0;
    Value body;
    std::uint64_t digest = 0;
  };
  struct Client {
    std::int64_t floor = -1;
    std::uint64_t last_order = 0;
    std::uint64_t digest = 0;  // without the replies
    std::map<std::int64_t, Reply> replies;
  };
  struct Place {
    std::string client;
    std::int64_t id = 0;
  };
  static std::uint64_t digest_of(const std::string& client, std::int64_t id, const Reply& reply);
  void renew_digest(const std::string& name, Client& client);
  void forget_oldest_reply();
  void forget_oldest_client();
  bool read_client(const Value& value);

  SessionLimits limits_;
  std::map<std::string, Client> clients_;
  // By age, exactly one for each remembered reply: what is forgotten next must be a function of
  // what is remembered, which is all that a snapshot carries.
  std::map<std::uint64_t, Place> order_;
  std::uint64_t next_order_ = 1;
  std::uint64_t digest_ = 0;  // the sum over clients and replies
};

}  // namespace faultrig::raft_kv
