// A cluster of bank_2pc nodes in one process in which nothing happens by itself: messages wait
// until they are delivered or dropped, timers until they are fired, writes until the disk does
// them. The invariants are checked after every step. Deterministic: the same calls give the same
// happenings.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "targets/bank_2pc/bank_node.hpp"
#include "targets/bank_2pc/invariants.hpp"

namespace faultrig::bank_2pc {

struct Happening {
  std::string who;   // the node of a trace line, the client of an answer
  std::string what;  // event, or type of the answer
  Value fields;
  std::string to_string() const;
};

class BankCluster {
 public:
  struct Settings {
    int nodes = 3;
    BankConfig config;
    BugSet bugs;
    std::uint64_t seed = 1;
  };
  explicit BankCluster(Settings settings);

  NodeTime now() const { return now_; }
  void wait(std::chrono::milliseconds time) { now_ += time; }
  // Fires the timer now, or when it is due if that is later; false when it is not set.
  bool fire(const NodeName& node, TimerId timer);
  // The timer that is due first, of all nodes.
  std::optional<std::pair<NodeName, TimerId>> next_timer() const;

  // Messages, oldest first.
  const std::deque<Message>& waiting() const { return waiting_; }
  void deliver_at(std::size_t place);
  void drop_at(std::size_t place);
  void duplicate_at(std::size_t place) { waiting_.push_back(waiting_[place]); }
  // The oldest of that link and type.
  std::optional<std::size_t> place_of(const NodeName& from, const NodeName& to,
                                      const std::string& type) const;
  // All messages that are not held, and what comes of them.
  void settle();

  void set_cut(const NodeName& a, const NodeName& b, bool cut);
  void set_hold(const NodeName& from, const NodeName& to, bool hold);
  void heal();

  // Disks do every write at once, unless this is off; then persist_one does the oldest.
  void set_prompt_disks(bool prompt) { prompt_disks_ = prompt; }
  bool persist_one(const NodeName& node);
  // `tear`: of the writes that were not done some survive, the last of them in part.
  void crash(const NodeName& node, Random* tear = nullptr);
  void restart(const NodeName& node);
  bool is_up(const NodeName& node) const { return machines_.at(node).node != nullptr; }

  // Body without msg_id.
  void request(const std::string& client, const NodeName& node, Value::Map body);
  // The last one of that client, unchanged.
  void request_again(const std::string& client, const NodeName& node);
  bool has_asked(const std::string& client) const { return last_request_.contains(client); }
  void come_to_rest();

  const std::vector<NodeName>& names() const { return names_; }
  const BankNode& node(const NodeName& name) const { return *machines_.at(name).node; }
  const std::vector<Happening>& happenings() const { return happenings_; }
  const Invariants& invariants() const { return invariants_; }
  // Messages and timers take their course for so long.
  void run_for(std::chrono::milliseconds time);

 private:
  struct Machine {
    std::unique_ptr<BankNode> node;  // null while it is down
    DiskImage disk;
    std::deque<DiskWrite> writes;  // not done
    std::map<TimerId, NodeTime> timers;
    int lives = 0;
  };
  std::vector<const Node*> states() const;
  void step(const NodeName& name, const Input& input);
  void perform(const NodeName& name, const Effects& effects);
  void enqueue(Message message);
  static void apply(DiskImage& disk, const DiskWrite& write);

  Settings settings_;
  std::vector<NodeName> names_;
  std::map<NodeName, Machine> machines_;
  std::deque<Message> waiting_;
  std::set<std::pair<NodeName, NodeName>> cut_;
  std::set<std::pair<NodeName, NodeName>> held_;
  NodeTime now_{std::chrono::seconds(1)};
  bool prompt_disks_ = true;
  std::map<std::string, std::int64_t> next_msg_id_;
  std::map<std::string, Message> last_request_;
  std::vector<Happening> happenings_;
  Invariants invariants_;
};

}  // namespace faultrig::bank_2pc
