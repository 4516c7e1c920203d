#include "tests/targets/raft_kv/scenario_support.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>
#include <stdexcept>

#include "checkers/history/json.hpp"

namespace faultrig::raft_kv {

std::string Happening::to_string() const {
  return fmt::format("{} {} {}", who, what, fields.to_string());
}

TestCluster::TestCluster(Settings settings)
    : settings_(std::move(settings)), invariants_(settings_.config) {
  for (int i = 1; i <= settings_.nodes; ++i) names_.push_back(fmt::format("n{}", i));
  for (const NodeName& name : names_) machines_[name];
  for (const NodeName& name : names_) restart(name);
}

void TestCluster::restart(const NodeName& name) {
  Machine& machine = machines_.at(name);
  machine.node = std::make_unique<RaftNode>(settings_.config, settings_.bugs);
  Start start;
  start.self = name;
  start.nodes = names_;
  start.disk = machine.disk;
  start.random = Random(settings_.seed).fork(name).fork(static_cast<std::uint64_t>(machine.lives));
  ++machine.lives;
  step(name, start);
}

void TestCluster::crash(const NodeName& name, Random* tear) {
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

void TestCluster::apply(DiskImage& disk, const DiskWrite& write) {
  if (write.kind == DiskWrite::Kind::replace) disk[write.file].clear();
  disk[write.file] += write.bytes;
}

bool TestCluster::persist_one(const NodeName& name) {
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

void TestCluster::step(const NodeName& name, const Input& input) {
  Machine& machine = machines_.at(name);
  if (machine.node == nullptr) return;
  Effects effects;
  machine.node->step(now_, input, effects);
  // The states are compared before the answers are read: a commit is known when it is acknowledged.
  observe();
  perform(name, effects);
  if (prompt_disks_) {
    while (persist_one(name)) {
    }
  }
}

void TestCluster::observe() {
  std::vector<const RaftNode*> up;
  for (const NodeName& name : names_) {
    if (is_up(name)) up.push_back(machines_.at(name).node.get());
  }
  invariants_.observe(up);
}

void TestCluster::perform(const NodeName& name, const Effects& effects) {
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

void TestCluster::enqueue(Message message) {
  if (!machines_.contains(message.dest)) {
    invariants_.observe_reply(message);
    happenings_.push_back({message.dest, message.type(), message.body});
    return;
  }
  if (!is_up(message.dest) || cut_.contains({message.src, message.dest})) return;
  waiting_.push_back(std::move(message));
}

bool TestCluster::has_timer(const NodeName& node, TimerId timer) const {
  return machines_.at(node).timers.contains(timer);
}

void TestCluster::fire(const NodeName& node, TimerId timer) {
  Machine& machine = machines_.at(node);
  now_ = std::max(now_, machine.timers.at(timer));
  machine.timers.erase(timer);
  step(node, TimerFired{timer});
}

std::optional<std::pair<NodeName, TimerId>> TestCluster::next_timer() const {
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

void TestCluster::deliver_at(std::size_t place) {
  const Message message = waiting_[place];
  drop_at(place);
  step(message.dest, MessageReceived{message});
}

void TestCluster::drop_at(std::size_t place) {
  waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(place));
}

void TestCluster::duplicate_at(std::size_t place) { waiting_.push_back(waiting_[place]); }

bool TestCluster::deliver(const NodeName& from, const NodeName& to, const std::string& type) {
  for (std::size_t i = 0; i < waiting_.size(); ++i) {
    if (waiting_[i].src == from && waiting_[i].dest == to && waiting_[i].type() == type) {
      deliver_at(i);
      return true;
    }
  }
  return false;
}

bool TestCluster::drop(const NodeName& from, const NodeName& to, const std::string& type) {
  for (std::size_t i = 0; i < waiting_.size(); ++i) {
    if (waiting_[i].src == from && waiting_[i].dest == to && waiting_[i].type() == type) {
      drop_at(i);
      return true;
    }
  }
  return false;
}

void TestCluster::settle() {
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

void TestCluster::set_cut(const NodeName& a, const NodeName& b, bool cut) {
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

void TestCluster::set_hold(const NodeName& from, const NodeName& to, bool hold) {
  if (hold) {
    held_.insert({from, to});
  } else {
    held_.erase({from, to});
  }
}

void TestCluster::heal() {
  cut_.clear();
  held_.clear();
}

std::int64_t TestCluster::request(const std::string& client, const NodeName& node,
                                  Value::Map body) {
  const std::int64_t id = ++next_msg_id_[client];
  body.emplace_back("msg_id", id);
  const Message message{client, node, Value(std::move(body))};
  invariants_.observe_request(message);
  last_request_[client] = message;
  step(node, MessageReceived{message});
  return id;
}

void TestCluster::request_again(const std::string& client, const NodeName& node) {
  Message message = last_request_.at(client);
  message.dest = node;
  step(node, MessageReceived{message});
}

std::string TestCluster::disk_of(const NodeName& name) const {
  const auto at = machines_.at(name).disk.find(log_file_name);
  return at == machines_.at(name).disk.end() ? "" : at->second;
}

void TestCluster::set_disk(const NodeName& name, std::string bytes) {
  machines_.at(name).disk[log_file_name] = std::move(bytes);
}

bool TestCluster::run_until(std::chrono::milliseconds time,
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

namespace {

class ScenarioRunner {
 public:
  ScenarioRunner(const std::string& text, bool with_bug) : text_(text), with_bug_(with_bug) {}

  ScenarioResult run() {
    std::istringstream lines(text_);
    std::string line;
    while (std::getline(lines, line)) {
      ++line_;
      line = line.substr(0, line.find('#'));
      std::istringstream in(line);
      std::vector<std::string> words;
      for (std::string word; in >> word;) words.push_back(word);
      if (!words.empty() && (words[0] == "on" || words[0] == "off")) {
        if ((words[0] == "on") != with_bug_) continue;
        words.erase(words.begin());
      }
      if (!words.empty()) run_line(words);
    }
    if (cluster_) {
      result_.violations = cluster_->invariants().violations();
      for (const Happening& happening : cluster_->happenings()) {
        result_.happenings.push_back(happening.to_string());
      }
    }
    return result_;
  }

 private:
  void problem(const std::string& text) {
    result_.problems.push_back(fmt::format("line {}: {}", line_, text));
  }

  void run_line(const std::vector<std::string>& words) {
    try {
      if (!set_up(words)) act(words);
    } catch (const std::out_of_range&) {
      problem("a word is missing, or names nothing there is");
    }
  }

  bool set_up(const std::vector<std::string>& words) {
    const std::string& verb = words[0];
    if (verb == "nodes") {
      settings_.nodes = std::stoi(words.at(1));
    } else if (verb == "bug") {
      result_.bug = words.at(1);
      if (with_bug_) settings_.bugs = parse_bugs(words.at(1));
    } else if (verb == "breaks") {
      result_.breaks = words.at(1);
    } else if (verb == "option") {
      for (const ConfigOption& option : config_options()) {
        if (option.name == words.at(1)) settings_.config.*option.member = std::stoll(words.at(2));
      }
    } else {
      if (!cluster_) cluster_.emplace(settings_);
      return false;
    }
    return true;
  }

  void act(const std::vector<std::string>& words) {
    const std::string& verb = words[0];
    if (verb == ">" || verb == "!") {
      expect(words, verb == ">");
    } else if (verb == "timeout" || verb == "heartbeat") {
      cluster_->fire(words.at(1), verb == "timeout" ? election_timer : heartbeat_timer);
    } else if (verb == "wait") {
      cluster_->wait(std::chrono::milliseconds(std::stoi(words.at(1))));
    } else if (verb == "settle") {
      cluster_->settle();
    } else if (verb == "deliver" || verb == "drop") {
      const bool found = verb == "deliver"
                             ? cluster_->deliver(words.at(1), words.at(2), words.at(3))
                             : cluster_->drop(words.at(1), words.at(2), words.at(3));
      if (!found) problem(fmt::format("no {} waits from {} to {}", words[3], words[1], words[2]));
    } else if (verb == "heal") {
      cluster_->heal();
    } else if (verb == "disks") {
      cluster_->set_prompt_disks(words.at(1) == "prompt");
    } else if (verb == "persist") {
      if (!cluster_->persist_one(words.at(1))) problem("no write waits at the disk of " + words[1]);
    } else if (verb == "again") {
      cluster_->request_again(words.at(1), words.at(2));
    } else if (verb == "crash") {
      cluster_->crash(words.at(1));
    } else if (verb == "restart") {
      cluster_->restart(words.at(1));
    } else if (verb == "cut" || verb == "join" || verb == "hold" || verb == "release") {
      change_links(verb, words.at(1), words.at(2));
    } else {
      ask(words);
    }
  }

  void change_links(const std::string& verb, const std::string& a, const std::string& b) {
    for (const NodeName& other : cluster_->names()) {
      if (other == a || (b != "*" && b != other)) continue;
      if (verb == "cut" || verb == "join") {
        cluster_->set_cut(a, other, verb == "cut");
      } else {
        cluster_->set_hold(a, other, verb == "hold");
      }
    }
  }

  void ask(const std::vector<std::string>& words) {
    const auto value = [&](std::size_t place) { return parse_json(words.at(place)); };
    const Value key(words.at(3));
    if (words[0] == "write") {
      cluster_->request(words.at(1), words.at(2),
                        {{"type", "write"}, {"key", key}, {"value", value(4)}});
    } else if (words[0] == "read") {
      cluster_->request(words.at(1), words.at(2), {{"type", "read"}, {"key", key}});
    } else if (words[0] == "cas") {
      cluster_->request(words.at(1), words.at(2),
                        {{"type", "cas"}, {"key", key}, {"from", value(4)}, {"to", value(5)}});
    } else {
      problem(fmt::format("unknown command `{}`", words[0]));
    }
  }

  static bool matches(const Happening& happening, const std::vector<std::string>& words) {
    if (happening.who != words.at(1) || happening.what != words.at(2)) return false;
    for (std::size_t i = 3; i < words.size(); ++i) {
      const std::size_t equals = words[i].find('=');
      const Value* field = happening.fields.find(words[i].substr(0, equals));
      const std::string wanted = words[i].substr(equals + 1);
      if (field == nullptr) return false;
      if ((field->is_string() ? field->as_string() : field->to_string()) != wanted) return false;
    }
    return true;
  }

  void expect(const std::vector<std::string>& words, bool wanted) {
    const std::vector<Happening>& all = cluster_->happenings();
    for (std::size_t i = next_; i < all.size(); ++i) {
      if (!matches(all[i], words)) continue;
      if (wanted) {
        next_ = i + 1;
      } else {
        problem("it happened: " + all[i].to_string());
      }
      return;
    }
    if (!wanted) return;
    std::string since;
    for (std::size_t i = next_; i < all.size(); ++i) since += "\n    " + all[i].to_string();
    problem("it did not happen; since the last match:" + since);
  }

  const std::string& text_;
  bool with_bug_;
  int line_ = 0;
  TestCluster::Settings settings_;
  std::optional<TestCluster> cluster_;
  std::size_t next_ = 0;
  ScenarioResult result_;
};

}  // namespace

ScenarioResult run_scenario(const std::string& text, bool with_bug) {
  return ScenarioRunner(text, with_bug).run();
}

}  // namespace faultrig::raft_kv
