#include "tests/targets/bank_2pc/bank_cluster_support.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace faultrig::bank_2pc {

std::string Happening::to_string() const {
  return fmt::format("{} {} {}", who, what, fields.to_string());
}

BankCluster::BankCluster(Settings settings)
    : settings_(std::move(settings)), invariants_(settings_.config) {
  for (int i = 1; i <= settings_.nodes; ++i) names_.push_back(fmt::format("n{}", i));
  for (const NodeName& name : names_) machines_[name];
  for (const NodeName& name : names_) restart(name);
}

void BankCluster::restart(const NodeName& name) {
  Machine& machine = machines_.at(name);
  machine.node = std::make_unique<BankNode>(settings_.config, settings_.bugs);
  Start start;
  start.self = name;
  start.nodes = names_;
  start.disk = machine.disk;
  start.random = Random(settings_.seed).fork(name).fork(static_cast<std::uint64_t>(machine.lives));
  ++machine.lives;
  step(name, start);
}

void BankCluster::crash(const NodeName& name, Random* tear) {
  Machine& machine = machines_.at(name);
  machine.node.reset();
  machine.timers.clear();
  // What waits on the way to a dead process dies; what it has sent is on its way.
  std::erase_if(waiting_, [&](const Message& message) { return message.dest == name; });
  if (tear != nullptr) {
    while (!machine.writes.empty() && tear->chance({1, 2})) {
      apply(machine.disk, machine.writes.front());
      machine.writes.pop_front();
    }
    if (!machine.writes.empty() && machine.writes.front().kind == DiskWrite::Kind::append) {
      DiskWrite torn = machine.writes.front();
      torn.bytes.resize(tear->below(torn.bytes.size() + 1));
      apply(machine.disk, torn);
    }
  }
  machine.writes.clear();
}

void BankCluster::apply(DiskImage& disk, const DiskWrite& write) {
  if (write.kind == DiskWrite::Kind::replace) disk[write.file].clear();
  disk[write.file] += write.bytes;
}

bool BankCluster::persist_one(const NodeName& name) {
  Machine& machine = machines_.at(name);
  if (machine.writes.empty()) return false;
  const DiskWrite write = std::move(machine.writes.front());
  machine.writes.pop_front();
  apply(machine.disk, write);
  step(name, Persisted{write.id});
  return true;
}

std::vector<const Node*> BankCluster::states() const {
  std::vector<const Node*> nodes;
  for (const NodeName& name : names_) nodes.push_back(machines_.at(name).node.get());
  return nodes;
}

void BankCluster::step(const NodeName& name, const Input& input) {
  Machine& machine = machines_.at(name);
  if (machine.node == nullptr) return;
  Effects effects;
  machine.node->step(now_, input, effects);
  const auto stepped = std::find(names_.begin(), names_.end(), name) - names_.begin();
  invariants_.after_step(static_cast<std::size_t>(stepped), states());
  perform(name, effects);
  while (prompt_disks_ && persist_one(name)) {
  }
}

void BankCluster::perform(const NodeName& name, const Effects& effects) {
  Machine& machine = machines_.at(name);
  for (const Effect& effect : effects.all()) {
    if (const auto* send = std::get_if<SendEffect>(&effect)) {
      enqueue(send->message);
    } else if (const auto* set = std::get_if<SetTimerEffect>(&effect)) {
      machine.timers[set->timer] = now_ + set->after;
    } else if (const auto* cancel = std::get_if<CancelTimerEffect>(&effect)) {
      machine.timers.erase(cancel->timer);
    } else if (const auto* write = std::get_if<DiskWrite>(&effect)) {
      machine.writes.push_back(*write);
    } else if (const auto* trace = std::get_if<TraceEffect>(&effect)) {
      happenings_.push_back({name, trace->event, trace->fields});
    }
  }
}

void BankCluster::enqueue(Message message) {
  if (!machines_.contains(message.dest)) {
    invariants_.on_reply(message);
    happenings_.push_back({message.dest, message.type(), message.wire_body()});
    return;
  }
  if (!is_up(message.dest) || cut_.contains({message.src, message.dest})) return;
  waiting_.push_back(std::move(message));
}

bool BankCluster::fire(const NodeName& node, TimerId timer) {
  Machine& machine = machines_.at(node);
  const auto at = machine.timers.find(timer);
  if (at == machine.timers.end()) return false;
  now_ = std::max(now_, at->second);
  machine.timers.erase(at);
  step(node, TimerFired{timer});
  return true;
}

std::optional<std::pair<NodeName, TimerId>> BankCluster::next_timer() const {
  std::optional<std::pair<NodeName, TimerId>> first;
  NodeTime earliest = NodeTime::max();
  for (const NodeName& name : names_) {
    for (const auto& [timer, due] : machines_.at(name).timers) {
      if (due >= earliest) continue;
      earliest = due;
      first = {name, timer};
    }
  }
  return first;
}

void BankCluster::deliver_at(std::size_t place) {
  const Message message = waiting_[place];
  drop_at(place);
  step(message.dest, MessageReceived{message});
}

void BankCluster::drop_at(std::size_t place) {
  waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(place));
}

std::optional<std::size_t> BankCluster::place_of(const NodeName& from, const NodeName& to,
                                                 const std::string& type) const {
  for (std::size_t i = 0; i < waiting_.size(); ++i) {
    if (waiting_[i].src == from && waiting_[i].dest == to && waiting_[i].type() == type) return i;
  }
  return std::nullopt;
}

void BankCluster::settle() {
  for (int steps = 0; steps < 100000; ++steps) {
    std::size_t place = 0;
    while (place < waiting_.size() && held_.contains({waiting_[place].src, waiting_[place].dest})) {
      ++place;
    }
    if (place == waiting_.size()) return;
    deliver_at(place);
  }
  throw std::runtime_error("the cluster never settles: messages without end");
}

void BankCluster::set_cut(const NodeName& a, const NodeName& b, bool cut) {
  for (const auto& link : {std::pair(a, b), std::pair(b, a)}) {
    if (cut) {
      cut_.insert(link);
    } else {
      cut_.erase(link);
    }
  }
  std::erase_if(waiting_, [&](const Message& message) {
    return cut_.contains({message.src, message.dest});
  });
}

void BankCluster::set_hold(const NodeName& from, const NodeName& to, bool hold) {
  if (hold) {
    held_.insert({from, to});
  } else {
    held_.erase({from, to});
  }
}

void BankCluster::heal() {
  cut_.clear();
  held_.clear();
}

void BankCluster::request(const std::string& client, const NodeName& node, Value::Map body) {
  body.emplace_back("msg_id", ++next_msg_id_[client]);
  const Message message{client, node, Value(std::move(body))};
  invariants_.on_request(message);
  last_request_[client] = message;
  step(node, MessageReceived{message});
}

void BankCluster::request_again(const std::string& client, const NodeName& node) {
  Message message = last_request_.at(client);
  message.dest = node;
  invariants_.on_request(message);
  step(node, MessageReceived{message});
}

void BankCluster::come_to_rest() {
  run_for(std::chrono::seconds(3));
  invariants_.at_rest(states());
}

void BankCluster::run_for(std::chrono::milliseconds time) {
  const NodeTime end = now_ + time;
  while (now_ <= end) {
    settle();
    const auto timer = next_timer();
    if (!timer) return;
    fire(timer->first, timer->second);
  }
}

}  // namespace faultrig::bank_2pc
