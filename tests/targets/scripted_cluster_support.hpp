// A cluster of nodes in one process in which nothing happens by itself: messages wait until they
// are delivered or dropped, timers until they are fired, writes until the disk does them. An
// observer sees every step. Deterministic: the same calls give the same happenings.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "harness/node/simulated_target.hpp"

namespace faultrig {

struct Happening {
  std::string who;   // the node of a trace line, the client of an answer
  std::string what;  // event, or type of the answer
  Value fields;
  std::string to_string() const;
};

class ScriptedCluster {
 public:
  using MakeNode = std::function<std::unique_ptr<Node>()>;
  // `disk_file` is the one that disk_of and set_disk speak of.
  ScriptedCluster(int nodes, std::uint64_t seed, MakeNode make_node,
                  std::unique_ptr<ClusterObserver> observer, std::string disk_file);
  virtual ~ScriptedCluster() = default;

  // Time and timers.
  NodeTime now() const { return now_; }
  void wait(std::chrono::milliseconds time) { now_ += time; }
  // The wall clock of a node jumps, also backwards; it survives crashes.
  void jump_wall_clock(const NodeName& node, std::chrono::milliseconds by) {
    machines_.at(node).wall_offset += by;
  }
  bool has_timer(const NodeName& node, TimerId timer) const;
  void fire(const NodeName& node, TimerId timer);
  // The timer that is due first, of all nodes; nothing when no timer is set.
  std::optional<std::pair<NodeName, TimerId>> next_timer() const;

  // Messages, oldest first.
  const std::deque<Message>& waiting() const { return waiting_; }
  void deliver_at(std::size_t place);
  void drop_at(std::size_t place);
  // The oldest message of that link and type; nothing when there is none.
  std::optional<std::size_t> place_of(const NodeName& from, const NodeName& to,
                                      const std::string& type) const;
  void duplicate_at(std::size_t place);
  // False when there is none of that link and type.
  bool deliver(const NodeName& from, const NodeName& to, const std::string& type);
  bool drop(const NodeName& from, const NodeName& to, const std::string& type);
  bool duplicate(const NodeName& from, const NodeName& to, const std::string& type);
  void settle();

  void set_cut(const NodeName& a, const NodeName& b, bool cut);
  void set_hold(const NodeName& from, const NodeName& to, bool hold);
  void heal();

  // Disks do every write at once, unless this is off; then persist_one does the oldest.
  void set_prompt_disks(bool prompt) { prompt_disks_ = prompt; }
  bool persist_one(const NodeName& node);
  // `tear`: how much of the oldest write that was not done survives, to be cut anywhere.
  void crash(const NodeName& node, Random* tear = nullptr);
  void restart(const NodeName& node);
  bool is_up(const NodeName& node) const { return machines_.at(node).node != nullptr; }

  // Body without msg_id; gives the msg_id.
  std::int64_t request(const std::string& client, const NodeName& node, Value::Map body);
  bool has_asked(const std::string& client) const { return last_request_.contains(client); }
  void request_again(const std::string& client, const NodeName& node);

  const std::vector<NodeName>& names() const { return names_; }
  const Node& node(const NodeName& name) const { return *machines_.at(name).node; }
  // All of them, in order; nullptr while one is down.
  std::vector<const Node*> nodes() const;
  const std::vector<Happening>& happenings() const { return happenings_; }
  const ClusterObserver& observer() const { return *observer_; }
  // Sees every step from now on; not owned.
  void watch_with(ClusterObserver& twin) { twin_ = &twin; }
  std::string disk_of(const NodeName& name) const;
  void set_disk(const NodeName& name, std::string bytes);

  // Messages and timers take their course until the condition holds; false when it did not within
  // the time.
  bool run_until(std::chrono::milliseconds time, const std::function<bool()>& condition);
  // Leaves the nodes alone for 3 s, and has the observer check what must hold then.
  void come_to_rest();

 private:
  struct Machine {
    std::unique_ptr<Node> node;  // null while it is down
    DiskImage disk;
    std::deque<DiskWrite> writes;  // not done; unsynced ones are done with the next synced one
    std::map<TimerId, NodeTime> timers;
    NodeTime wall_offset{0};
    int lives = 0;
  };
  void step(const NodeName& name, const Input& input);
  void perform(const NodeName& name, const Effects& effects);
  void enqueue(Message message);
  void observe(const NodeName& name);
  static void apply(DiskImage& disk, const DiskWrite& write);

  std::uint64_t seed_;
  MakeNode make_node_;
  std::unique_ptr<ClusterObserver> observer_;
  std::string disk_file_;
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
  ClusterObserver* twin_ = nullptr;
};

}  // namespace faultrig
