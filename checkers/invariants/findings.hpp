// What the checkers of this room have in common: they look at one object after the other, name
// single elements that are wrong, count the rest, and put it all in one verdict.
//
// Invalid as soon as there is a finding; else unknown when something was left open (a history that
// tests nothing, values of a wrong shape, a spent budget); else valid. Cost: a finding is put into
// words only while it is among the first of its property.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "checkers/history/history.hpp"
#include "checkers/verdict.hpp"

namespace faultrig {

// The operations on one key, in order of invocation. They point into the history.
struct ObjectOperations {
  std::optional<Value> key;
  std::vector<const Operation*> operations;
};

// In order of key. Linear, and logarithmic in the number of keys.
std::vector<ObjectOperations> objects_of(const History& history);

// "2.5 ms", "1.204 s".
std::string short_time(Duration duration);
// The node that answered, else the process: "n3", "process 3".
std::string who_answered(const Operation& operation);
// "1 read", "3 reads".
std::string count_of(std::uint64_t count, std::string_view noun);

// Whether a read belongs to the final reads of its run, which come when faults are healed and
// replicas had time to agree: its input is "final". What such a read says is the last word of the
// node that answered it.
bool is_final_read(const Operation& read);

// A copy of a read whose output shows only `element`, as often as it does.
Operation projected_on(const Operation& read, const Value& element);

class PropertyFindings {
 public:
  using Finding = BrokenProperties::Finding;
  static constexpr std::size_t kept_of_each = 8;

  // `make` gives words and operations: pair<string, vector<Operation>>.
  template <typename Make>
  void add(std::string_view property, const std::optional<Value>& key, Make make) {
    Group& group = group_of(property);
    if (group.count++ >= kept_of_each) return;
    auto [words, operations] = make();
    keep(group, key, std::move(words), std::move(operations));
  }
  // What the verdict cannot be sure of; the first few are told.
  void leave_open(std::string reason);
  void reads_are_projected() { reads_are_projected_ = true; }
  // See BrokenProperties::stands_alone_for.
  void stand_alone_for(std::string checker) { stand_alone_for_ = std::move(checker); }

  std::uint64_t count(std::string_view property) const;
  // Findings in the order in which their property was first added.
  Verdict verdict(std::string checker, std::string procedure,
                  std::vector<std::pair<std::string, std::string>> statistics) &&;

 private:
  struct Group {
    std::string property;
    std::uint64_t count = 0;
    std::vector<Finding> kept;
  };
  Group& group_of(std::string_view property);
  static void keep(Group& group, const std::optional<Value>& key, std::string words,
                   std::vector<Operation> operations);

  std::vector<Group> groups_;
  std::vector<std::string> open_;
  std::uint64_t left_open_ = 0;
  bool reads_are_projected_ = false;
  std::string stand_alone_for_;
};

}  // namespace faultrig
