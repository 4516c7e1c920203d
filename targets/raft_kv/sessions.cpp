#include "targets/raft_kv/sessions.hpp"

#include <algorithm>

namespace faultrig::raft_kv {

const Value* Sessions::find(const std::string& client, std::int64_t id,
                            std::uint64_t fingerprint) const {
  const auto at = clients_.find(client);
  if (at == clients_.end()) return nullptr;
  const auto reply = at->second.replies.find(id);
  if (reply == at->second.replies.end() || reply->second.fingerprint != fingerprint) return nullptr;
  return &reply->second.body;
}

bool Sessions::is_forgotten(const std::string& client, std::int64_t id) const {
  const auto at = clients_.find(client);
  return at != clients_.end() && id <= at->second.floor && !at->second.replies.contains(id);
}

void Sessions::remember(const std::string& client, std::int64_t id, std::uint64_t fingerprint,
                        Value reply) {
  const std::uint64_t order = next_order_++;
  Client& session = clients_[client];
  session.last_order = order;
  const auto [place, is_new] = session.replies.try_emplace(id);
  if (!is_new) order_.erase(place->second.order);
  digest_ -= place->second.digest;
  place->second = {fingerprint, order, std::move(reply), 0};
  place->second.digest = digest_of(client, id, place->second);
  digest_ += place->second.digest;
  renew_digest(client, session);
  order_.emplace(order, Place{client, id});
  while (order_.size() > limits_.most_replies) forget_oldest_reply();
  while (clients_.size() > limits_.most_clients) forget_oldest_client();
}

std::uint64_t Sessions::digest_of(const std::string& client, std::int64_t id, const Reply& reply) {
  const std::uint64_t who = combine(stable_hash(std::string_view(client)), std::uint64_t(id));
  return combine(combine(combine(who, reply.fingerprint), reply.order), stable_hash(reply.body));
}

void Sessions::renew_digest(const std::string& name, Client& client) {
  digest_ -= client.digest;
  client.digest = combine(combine(stable_hash(std::string_view(name)), std::uint64_t(client.floor)),
                          client.last_order);
  digest_ += client.digest;
}

void Sessions::forget_oldest_reply() {
  const auto [client, id] = std::move(order_.begin()->second);
  order_.erase(order_.begin());
  Client& session = clients_.at(client);
  const auto reply = session.replies.find(id);
  digest_ -= reply->second.digest;
  session.replies.erase(reply);
  session.floor = std::max(session.floor, id);
  renew_digest(client, session);
}

void Sessions::forget_oldest_client() {
  const auto oldest = std::min_element(
      clients_.begin(), clients_.end(),
      [](const auto& a, const auto& b) { return a.second.last_order < b.second.last_order; });
  for (const auto& [id, reply] : oldest->second.replies) {
    order_.erase(reply.order);
    digest_ -= reply.digest;
  }
  digest_ -= oldest->second.digest;
  clients_.erase(oldest);
}

// Fingerprints and orders travel as signed numbers of the same bits.
Value Sessions::to_value() const {
  Value::List clients;
  for (const auto& [name, client] : clients_) {
    Value::List replies;
    for (const auto& [id, reply] : client.replies) {
      replies.push_back(Value::list({id, reply.fingerprint, reply.order, reply.body}));
    }
    clients.push_back(
        Value::list({name, client.floor, client.last_order, Value(std::move(replies))}));
  }
  return Value::map({{"next", next_order_}, {"clients", Value(std::move(clients))}});
}

bool Sessions::read_client(const Value& value) {
  if (!value.is_list() || value.as_list().size() != 4) return false;
  const Value::List& parts = value.as_list();
  if (!parts[0].is_string() || !parts[1].is_integer() || !parts[2].is_integer() ||
      !parts[3].is_list()) {
    return false;
  }
  const auto [place, is_new] = clients_.try_emplace(parts[0].as_string());
  if (!is_new) return false;
  Client& client = place->second;
  client.floor = parts[1].as_integer();
  client.last_order = static_cast<std::uint64_t>(parts[2].as_integer());
  renew_digest(parts[0].as_string(), client);
  for (const Value& item : parts[3].as_list()) {
    if (!item.is_list() || item.as_list().size() != 4) return false;
    const Value::List& fields = item.as_list();
    if (!fields[0].is_integer() || !fields[1].is_integer() || !fields[2].is_integer()) return false;
    const auto order = static_cast<std::uint64_t>(fields[2].as_integer());
    const std::int64_t id = fields[0].as_integer();
    Reply reply{static_cast<std::uint64_t>(fields[1].as_integer()), order, fields[3], 0};
    reply.digest = digest_of(parts[0].as_string(), id, reply);
    digest_ += reply.digest;
    if (!client.replies.emplace(id, std::move(reply)).second) return false;
    if (!order_.emplace(order, Place{parts[0].as_string(), id}).second) return false;
  }
  return true;
}

std::optional<Sessions> Sessions::from_value(const Value& value, SessionLimits limits) {
  Sessions result(limits);
  const Value* next = value.find("next");
  const Value* clients = value.find("clients");
  if (next == nullptr || !next->is_integer() || clients == nullptr || !clients->is_list()) {
    return std::nullopt;
  }
  result.next_order_ = static_cast<std::uint64_t>(next->as_integer());
  for (const Value& client : clients->as_list()) {
    if (!result.read_client(client)) return std::nullopt;
  }
  return result;
}

}  // namespace faultrig::raft_kv
