// What travels: messages between nodes, and the clients' connections, requests and answers.
#include <charconv>
#include <stdexcept>

#include "harness/sim/simulation.hpp"

namespace faultrig::sim {
namespace {

// "c17" with prefix 'c' is 17.
std::optional<std::uint64_t> number_after(char prefix, std::string_view name) {
  if (name.size() < 2 || name.front() != prefix) return std::nullopt;
  std::uint64_t number = 0;
  const char* end = name.data() + name.size();
  const auto [stopped, problem] = std::from_chars(name.data() + 1, end, number);
  if (problem != std::errc() || stopped != end) return std::nullopt;
  return number;
}

}  // namespace

std::optional<std::size_t> Simulation::node_named(std::string_view name) const {
  const auto number = number_after('n', name);
  if (!number || *number == 0 || *number > machines_.size()) return std::nullopt;
  return *number - 1;
}

// A retired process goes on as its number plus the number of workers (harness/interpreter).
std::optional<WorkerId> Simulation::worker_named(std::string_view client) const {
  const auto number = number_after('c', client);
  if (!number) return std::nullopt;
  return static_cast<WorkerId>(*number % clients_.size());
}

// --- packets ---

PacketSlot Simulation::store(Packet packet) {
  if (free_slots_.empty()) {
    packets_.push_back(std::move(packet));
    return packets_.size() - 1;
  }
  const PacketSlot slot = free_slots_.back();
  free_slots_.pop_back();
  packets_[slot] = std::move(packet);
  return slot;
}

void Simulation::transmit(Packet packet) {
  const Endpoint from = packet.from;
  const Endpoint to = packet.to;
  const PacketKind kind = packet.kind;
  const WorkerId worker = packet.worker;
  const std::uint64_t request = packet.request;
  const PacketSlot slot = store(std::move(packet));
  const Network::Transit transit = network_.send(from, to, slot, now_);
  if (transit.jammed) return;
  for (int copy = 0; copy < transit.copies; ++copy) {
    PacketSlot which = slot;
    if (copy > 0) {
      Packet twin = packets_[slot];
      twin.is_copy = true;
      which = store(std::move(twin));
    }
    queue_.add(transit.at[copy], Happening::packet, 0, 0, which);
  }
  if (transit.copies == 0) {
    packets_[slot].message = {};
    free_slots_.push_back(slot);
  }
  if (transit.rejected && (kind == PacketKind::connect || kind == PacketKind::request)) {
    if (clients_[static_cast<std::size_t>(worker)].request != request) return;
    const bool sent = kind == PacketKind::request;
    fail(worker, sent ? TransportFailure::broken : TransportFailure::not_sent,
         "the network refused the packet");
  }
}

void Simulation::on_packet(const Scheduled& event) {
  Packet& stored = packets_[event.which];
  const std::size_t nodes = machines_.size();
  const auto drop = [&] {
    stored.message = {};
    free_slots_.push_back(event.which);
  };
  if (stored.from != stored.to && !std::exchange(stored.is_in, true)) {
    if (!network_.lets_in(stored.from, stored.to, stored.is_copy)) return drop();
    // The kernel at either end of a connection filters what came twice.
    if (stored.is_copy && stored.kind != PacketKind::peer) return drop();
  }
  if (stored.to < nodes && machines_[stored.to].state == NodeState::paused &&
      (stored.kind == PacketKind::peer || stored.kind == PacketKind::request)) {
    // Its kernel has it; connections are made by the kernel alone.
    machines_[stored.to].held.push_back(event);
    return;
  }
  Packet packet = std::move(stored);
  free_slots_.push_back(event.which);
  if (packet.to < nodes) {
    at_node(packet);
  } else {
    at_client(packet);
  }
}

void Simulation::at_node(Packet& packet) {
  const std::size_t node = packet.to;
  Machine& machine = machines_[node];
  if (packet.kind == PacketKind::peer) {
    step(node, MessageReceived{std::move(packet.message)});
    return;
  }
  // The machine is there but no process listens; a machine without power says nothing.
  const auto answer = [&](PacketKind kind) {
    Packet reply;
    reply.kind = kind;
    reply.from = packet.to;
    reply.to = packet.from;
    reply.worker = packet.worker;
    reply.life = machine.life;
    reply.request = packet.request;
    transmit(std::move(reply));
  };
  const bool is_up = machine.node != nullptr;
  if (packet.kind == PacketKind::connect) {
    if (!machine.has_power) return;
    answer(is_up ? PacketKind::connected : PacketKind::refused);
  } else if (is_up && packet.life == machine.life) {
    step(node, MessageReceived{std::move(packet.message)});
  } else if (machine.has_power) {
    answer(PacketKind::closed);
  }
}

// --- clients ---

void Simulation::request(WorkerId worker, const std::string& name, std::size_t node, Value body) {
  Client& client = clients_.at(static_cast<std::size_t>(worker));
  if (client.in_flight) throw std::logic_error("a simulated client has a request in flight");
  if (client.node != node) client.is_connected = false;
  client.node = node;
  client.in_flight = true;
  client.sent = false;
  ++client.request;
  Value::Map fields = body.as_map();
  fields.emplace_back("msg_id", ++client.msg_id);
  client.message = {name, names_[node], Value(std::move(fields))};
  queue_.add(now_ + settings_.timeout, Happening::deadline, static_cast<std::uint32_t>(worker), 0,
             client.request);
  if (client.is_connected) return send_request(client, worker);
  Packet connect;
  connect.kind = PacketKind::connect;
  connect.from = client.machine;
  connect.to = static_cast<Endpoint>(node);
  connect.worker = worker;
  connect.request = client.request;
  transmit(std::move(connect));
}

void Simulation::send_request(Client& client, WorkerId worker) {
  client.sent = true;
  if (observer_ != nullptr) observer_->on_request(client.message);
  Packet packet;
  packet.kind = PacketKind::request;
  packet.from = client.machine;
  packet.to = static_cast<Endpoint>(client.node);
  packet.worker = worker;
  packet.life = client.life;
  packet.request = client.request;
  packet.message = std::move(client.message);
  transmit(std::move(packet));
}

void Simulation::send_from_node(std::size_t node, const SendEffect& send) {
  Packet packet;
  packet.from = static_cast<Endpoint>(node);
  packet.message = send.message;
  if (const auto peer = node_named(send.message.dest)) {
    packet.to = static_cast<Endpoint>(*peer);
    if (*peer == node) {
      queue_.add(now_, Happening::packet, 0, 0, store(std::move(packet)));
      return;
    }
    return transmit(std::move(packet));
  }
  const auto worker = worker_named(send.message.dest);
  if (!worker) return;  // nobody of that name
  if (observer_ != nullptr) {
    observer_->on_reply(send.message);
    note_violations(node);
  }
  packet.kind = PacketKind::reply;
  packet.worker = *worker;
  packet.life = machines_[node].life;
  packet.to = clients_[static_cast<std::size_t>(*worker)].machine;
  transmit(std::move(packet));
}

void Simulation::at_client(Packet& packet) {
  Client& client = clients_[static_cast<std::size_t>(packet.worker)];
  if (client.node != packet.from) return;
  const bool concerns_request = client.in_flight && client.request == packet.request;
  switch (packet.kind) {
    case PacketKind::connected:
      if (!concerns_request || client.sent) return;
      client.is_connected = true;
      client.life = packet.life;
      return send_request(client, packet.worker);
    case PacketKind::refused:
      if (concerns_request && !client.sent) {
        fail(packet.worker, TransportFailure::not_sent, "connection refused");
      }
      return;
    case PacketKind::closed: {
      // Of the connection it has now, not of one that it has given up.
      if (!client.is_connected || client.life > packet.life) return;
      if (packet.request != 0 && packet.request != client.request) return;
      client.is_connected = false;
      if (client.in_flight && client.sent) {
        fail(packet.worker, TransportFailure::broken, "connection closed by the node");
      }
      return;
    }
    case PacketKind::reply: {
      const Value* id = packet.message.body.find("in_reply_to");
      const bool answers = client.in_flight && client.sent && client.life == packet.life &&
                           id != nullptr && id->is_integer() && id->as_integer() == client.msg_id;
      if (answers) finish(packet.worker, std::move(packet.message.body));
      return;
    }
    case PacketKind::peer:
    case PacketKind::connect:
    case PacketKind::request:
      return;
  }
}

// The kernel of the dead process tells everybody who was connected with it.
void Simulation::tell_clients_closed(std::size_t node) {
  for (std::size_t i = 0; i < clients_.size(); ++i) {
    const Client& client = clients_[i];
    if (!client.is_connected || client.node != node) continue;
    Packet closed;
    closed.kind = PacketKind::closed;
    closed.from = static_cast<Endpoint>(node);
    closed.to = client.machine;
    closed.worker = static_cast<WorkerId>(i);
    closed.life = machines_[node].life;
    transmit(std::move(closed));
  }
}

void Simulation::finish(WorkerId worker, std::variant<Value, ClientResult::Failure> outcome) {
  clients_[static_cast<std::size_t>(worker)].in_flight = false;
  results_.push_back({worker, std::move(outcome)});
}

void Simulation::fail(WorkerId worker, TransportFailure failure, const char* detail) {
  Client& client = clients_[static_cast<std::size_t>(worker)];
  if (!client.in_flight) return;
  client.is_connected = false;
  finish(worker, ClientResult::Failure{failure, names_[client.node] + ": " + detail});
}

void Simulation::on_deadline(const Scheduled& event) {
  const Client& client = clients_[event.who];
  if (!client.in_flight || client.request != event.which) return;
  const auto worker = static_cast<WorkerId>(event.who);
  if (client.sent) return fail(worker, TransportFailure::timed_out, "no answer in time");
  fail(worker, TransportFailure::not_sent, "not connected in time");
}

void Simulation::disconnect(WorkerId worker) {
  Client& client = clients_.at(static_cast<std::size_t>(worker));
  client.in_flight = false;
  client.is_connected = false;
  std::erase_if(results_, [&](const ClientResult& result) { return result.worker == worker; });
}

}  // namespace faultrig::sim
