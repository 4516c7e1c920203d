#include "checkers/invariants/findings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace faultrig {

std::vector<ObjectOperations> objects_of(const History& history) {
  std::map<std::optional<Value>, ObjectOperations> by_key;
  ObjectOperations* latest = nullptr;  // mostly the same key again, and then no look-up
  for (const Operation& operation : history.operations()) {
    if (latest == nullptr || latest->key != operation.key) {
      latest = &by_key[operation.key];
      latest->key = operation.key;
    }
    latest->operations.push_back(&operation);
  }
  std::vector<ObjectOperations> objects;
  for (auto& [key, object] : by_key) objects.push_back(std::move(object));
  return objects;
}

std::string short_time(Duration duration) {
  const double milliseconds = std::chrono::duration<double, std::milli>(duration).count();
  return milliseconds < 1000 ? fmt::format("{:.1f} ms", milliseconds)
                             : fmt::format("{:.3f} s", milliseconds / 1000);
}

std::string who_answered(const Operation& operation) {
  return operation.node.empty() ? fmt::format("process {}", operation.process) : operation.node;
}

std::string count_of(std::uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

bool is_final_read(const Operation& read) {
  return read.input.is_string() && read.input.as_string() == "final";
}

Operation projected_on(const Operation& read, const Value& element) {
  Operation copy = read;
  Value::List shown;
  if (read.output.is_list()) {
    for (const Value& item : read.output.as_list()) {
      if (item == element) shown.push_back(item);
    }
  }
  copy.output = Value(std::move(shown));
  return copy;
}

PropertyFindings::Group& PropertyFindings::group_of(std::string_view property) {
  const auto known = std::find_if(groups_.begin(), groups_.end(),
                                  [&](const Group& group) { return group.property == property; });
  if (known != groups_.end()) return *known;
  return groups_.emplace_back(Group{std::string(property), 0, {}});
}

void PropertyFindings::keep(Group& group, const std::optional<Value>& key, std::string words,
                            std::vector<Operation> operations) {
  std::sort(operations.begin(), operations.end(),
            [](const Operation& a, const Operation& b) { return a.invoked_at < b.invoked_at; });
  const auto same = [](const Operation& a, const Operation& b) {
    return a.invoked_at == b.invoked_at;
  };
  operations.erase(std::unique(operations.begin(), operations.end(), same), operations.end());
  group.kept.push_back({group.property, std::move(words), key, std::move(operations)});
}

void PropertyFindings::leave_open(std::string reason) {
  if (left_open_++ < kept_of_each) open_.push_back(std::move(reason));
}

std::uint64_t PropertyFindings::count(std::string_view property) const {
  for (const Group& group : groups_) {
    if (group.property == property) return group.count;
  }
  return 0;
}

Verdict PropertyFindings::verdict(std::string checker, std::string procedure,
                                  std::vector<std::pair<std::string, std::string>> statistics) && {
  Verdict verdict;
  verdict.checker = std::move(checker);
  verdict.procedure = std::move(procedure);
  verdict.statistics = std::move(statistics);
  verdict.validity = !groups_.empty() ? Validity::invalid
                     : left_open_ > 0 ? Validity::unknown
                                      : Validity::valid;
  if (groups_.empty()) {
    verdict.reasons = std::move(open_);
    if (left_open_ > kept_of_each) {
      verdict.reasons.push_back(fmt::format("and {} more like these", left_open_ - kept_of_each));
    }
    return verdict;
  }
  BrokenProperties evidence;
  evidence.reads_are_projected = reads_are_projected_;
  evidence.stands_alone_for = std::move(stand_alone_for_);
  for (Group& group : groups_) {
    const Finding& first = group.kept.front();
    std::string reason =
        fmt::format("{}: {}{}", group.property,
                    first.key ? "key " + first.key->to_string() + ", " : "", first.words);
    if (group.count > 1) reason += fmt::format(" (and {} more)", group.count - 1);
    verdict.reasons.push_back(std::move(reason));
    evidence.counts.emplace_back(group.property, group.count);
    std::move(group.kept.begin(), group.kept.end(), std::back_inserter(evidence.findings));
  }
  verdict.evidence = std::move(evidence);
  return verdict;
}

}  // namespace faultrig
