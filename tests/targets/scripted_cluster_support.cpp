#include "tests/targets/scripted_cluster_support.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace faultrig {

std::string Happening::to_string() const {
  return fmt::format("{} {} {}", who, what, fields.to_string());
}

ScriptedCluster::ScriptedCluster(int nodes, std::uint64_t seed, MakeNode make_node,
                                 std::unique_ptr<ClusterObserver> observer, std::string disk_file)
    : seed_(seed),
      make_node_(std::move(make_node)),
      observer_(std::move(observer)),
      disk_file_(std::move(disk_file)) {
  for (int i = 1; i <= nodes; ++i) names_.push_back(fmt::format("n{}", i));
  for (const NodeName& name : names_) machines_[name];
  for (const NodeName& name : names_) restart(name);
}

void ScriptedCluster::restart(const NodeName& name) {
  Machine& machine = machines_.at(name);
  machine.node = make_node_();
  Start start;
  start.self = name;
  start.nodes = names_;
  start.disk = machine.disk;
  start.random = Random(seed_).fork(name).fork(static_cast<std::uint64_t>(machine.lives));
  ++machine.lives;
  step(name, start);
}

void ScriptedCluster::crash(const NodeName& name, Random* tear) {
  Machine& machine = machines_.at(name);
  machine.node.reset();
  machine.timers.clear();
  // What waits on the way to or from a dead process dies with its connections.
  std::erase_if(waiting_, [&](const Message& message) {
    return message.dest == name || message.src == name;
  });
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

void ScriptedCluster::apply(DiskImage& disk, const DiskWrite& write) {
  if (write.kind == DiskWrite::Kind::replace) disk[write.file].clear();
  disk[write.file] += write.bytes;
}

bool ScriptedCluster::persist_one(const NodeName& name) {
  Machine& machine = machines_.at(name);
  const auto synced = std::find_if(machine.writes.begin(), machine.writes.end(),
                                   [](const DiskWrite& write) { return write.sync; });
  if (synced == machine.writes.end()) return false;
  const PersistId id = synced->id;
  while (machine.writes.front().id != id) {
    apply(machine.disk, machine.writes.front());
    machine.writes.pop_front();
  }
  apply(machine.disk, machine.writes.front());
  machine.writes.pop_front();
  step(name, Persisted{id});
  return true;
}

void ScriptedCluster::step(const NodeName& name, const Input& input) {
  Machine& machine = machines_.at(name);
  if (machine.node == nullptr) return;
  Effects effects;
  machine.node->step({now_, now_ + machine.wall_offset}, input, effects);
  // The states are compared before the answers are read: a commit is known when it is acknowledged.
  observe(name);
  perform(name, effects);
  if (prompt_disks_) {
    while (persist_one(name)) {
    }
  }
}

void ScriptedCluster::observe(const NodeName& name) {
  const auto stepped =
      static_cast<std::size_t>(std::find(names_.begin(), names_.end(), name) - names_.begin());
  const std::vector<const Node*> all = nodes();
  observer_->after_step(stepped, all);
  if (twin_) twin_->after_step(stepped, all);
}

std::vector<const Node*> ScriptedCluster::nodes() const {
  std::vector<const Node*> all;
  for (const NodeName& name : names_) all.push_back(machines_.at(name).node.get());
  return all;
}

void ScriptedCluster::perform(const NodeName& name, const Effects& effects) {
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

void ScriptedCluster::enqueue(Message message) {
  if (!machines_.contains(message.dest)) {
    observer_->on_reply(message);
    happenings_.push_back({message.dest, message.type(), message.wire_body()});
    return;
  }
  if (!is_up(message.dest) || cut_.contains({message.src, message.dest})) return;
  waiting_.push_back(std::move(message));
}

bool ScriptedCluster::has_timer(const NodeName& node, TimerId timer) const {
  return machines_.at(node).timers.contains(timer);
}

void ScriptedCluster::fire(const NodeName& node, TimerId timer) {
  Machine& machine = machines_.at(node);
  now_ = std::max(now_, machine.timers.at(timer));
  machine.timers.erase(timer);
  step(node, TimerFired{timer});
}

std::optional<std::pair<NodeName, TimerId>> ScriptedCluster::next_timer() const {
  std::optional<std::pair<NodeName, TimerId>> first;
  NodeTime earliest = NodeTime::max();
  for (const NodeName& name : names_) {
    for (const auto& [timer, due] : machines_.at(name).timers) {
      if (due < earliest) {
        earliest = due;
        first = {name, timer};
      }
    }
  }
  return first;
}

void ScriptedCluster::deliver_at(std::size_t place) {
  const Message message = waiting_[place];
  drop_at(place);
  step(message.dest, MessageReceived{message});
}

void ScriptedCluster::drop_at(std::size_t place) {
  waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(place));
}

void ScriptedCluster::duplicate_at(std::size_t place) { waiting_.push_back(waiting_[place]); }

std::optional<std::size_t> ScriptedCluster::place_of(const NodeName& from, const NodeName& to,
                                                     const std::string& type) const {
  for (std::size_t i = 0; i < waiting_.size(); ++i) {
    if (waiting_[i].src == from && waiting_[i].dest == to && waiting_[i].type() == type) return i;
  }
  return std::nullopt;
}

bool ScriptedCluster::deliver(const NodeName& from, const NodeName& to, const std::string& type) {
  const std::optional<std::size_t> place = place_of(from, to, type);
  if (place) deliver_at(*place);
  return place.has_value();
}

bool ScriptedCluster::drop(const NodeName& from, const NodeName& to, const std::string& type) {
  const std::optional<std::size_t> place = place_of(from, to, type);
  if (place) drop_at(*place);
  return place.has_value();
}

bool ScriptedCluster::duplicate(const NodeName& from, const NodeName& to, const std::string& type) {
  const std::optional<std::size_t> place = place_of(from, to, type);
  if (place) duplicate_at(*place);
  return place.has_value();
}

void ScriptedCluster::settle() {
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

void ScriptedCluster::set_cut(const NodeName& a, const NodeName& b, bool cut) {
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

void ScriptedCluster::set_hold(const NodeName& from, const NodeName& to, bool hold) {
  if (hold) {
    held_.insert({from, to});
  } else {
    held_.erase({from, to});
  }
}

void ScriptedCluster::heal() {
  cut_.clear();
  held_.clear();
}

std::int64_t ScriptedCluster::request(const std::string& client, const NodeName& node,
                                      Value::Map body) {
  const std::int64_t id = ++next_msg_id_[client];
  body.emplace_back("msg_id", id);
  const Message message{client, node, Value(std::move(body))};
  observer_->on_request(message);
  last_request_[client] = message;
  step(node, MessageReceived{message});
  return id;
}

void ScriptedCluster::request_again(const std::string& client, const NodeName& node) {
  Message message = last_request_.at(client);
  message.dest = node;
  observer_->on_request(message);
  step(node, MessageReceived{message});
}

void ScriptedCluster::come_to_rest() {
  run_until(std::chrono::seconds(3), [] { return false; });
  observer_->at_rest(nodes());
}

std::string ScriptedCluster::disk_of(const NodeName& name) const {
  const auto at = machines_.at(name).disk.find(disk_file_);
  return at == machines_.at(name).disk.end() ? "" : at->second;
}

void ScriptedCluster::set_disk(const NodeName& name, std::string bytes) {
  machines_.at(name).disk[disk_file_] = std::move(bytes);
}

bool ScriptedCluster::run_until(std::chrono::milliseconds time,
                                const std::function<bool()>& condition) {
  const NodeTime end = now_ + time;
  while (now_ <= end) {
    settle();
    if (condition()) return true;
    const auto timer = next_timer();
    if (!timer) return false;
    fire(timer->first, timer->second);
  }
  return false;
}

}  // namespace faultrig
