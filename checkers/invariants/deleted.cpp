#include "checkers/invariants/deleted.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "checkers/invariants/findings.hpp"

namespace faultrig {
namespace {

struct Totals {
  std::uint64_t deletions = 0, reads = 0, reads_of_deleted = 0, came_back = 0, unexpected = 0;
};

// Operations by the end, and the one that began last among those that ended before some instant.
class LatestBegun {
 public:
  void add(const Operation* operation) { all_.push_back(operation); }
  void sort() {
    std::sort(all_.begin(), all_.end(), [](const Operation* a, const Operation* b) {
      return a->completed_at < b->completed_at;
    });
    const Operation* latest = nullptr;
    for (const Operation* operation : all_) {
      if (latest == nullptr || operation->invoked_at > latest->invoked_at) latest = operation;
      latest_.push_back(latest);
    }
  }
  // nullptr when none had ended by then.
  const Operation* ended_before(std::int64_t instant) const {
    const auto end = std::lower_bound(
        all_.begin(), all_.end(), instant,
        [](const Operation* operation, std::int64_t at) { return operation->completed_at < at; });
    return end == all_.begin() ? nullptr
                               : latest_[static_cast<std::size_t>(end - all_.begin()) - 1];
  }

 private:
  std::vector<const Operation*> all_;     // ascending by completed_at, once sorted
  std::vector<const Operation*> latest_;  // of all_ up to the same place
};

class OneKey {
 public:
  OneKey(const ObjectOperations& object, const DeletedOptions& options, PropertyFindings& findings,
         Totals& totals)
      : object_(object), options_(options), findings_(findings), totals_(totals) {
    for (const Operation* operation : object.operations) sort_in(*operation);
    deletions_.sort();
    gone_.sort();
  }

  void judge() {
    for (const Operation* read : reads_) {
      ++totals_.reads;
      const Operation* deletion = deletions_.ended_before(read->invoked_at);
      if (deletion != nullptr) ++totals_.reads_of_deleted;
      if (!read->output.is_nil()) judge_shown(*read, deletion);
    }
  }

 private:
  using Writes = std::vector<const Operation*>;

  bool is_judged(const Operation& read) const {
    const bool is_read = read.f == "read" || read.f == "get";
    return is_read && read.outcome == Outcome::ok && (options_.linearizable || is_final_read(read));
  }

  void sort_in(const Operation& operation) {
    const bool may_have_happened = operation.outcome != Outcome::fail;
    if ((operation.f == "write" || operation.f == "put") && may_have_happened) {
      writes_[operation.input].push_back(&operation);
    } else if (operation.f == "delete" && operation.outcome == Outcome::ok) {
      ++totals_.deletions;
      deletions_.add(&operation);
    } else if (operation.f == "delete" && may_have_happened) {
      has_unknown_deletion_ = true;
    } else if (is_judged(operation)) {
      reads_.push_back(&operation);
      if (operation.output.is_nil()) gone_.add(&operation);
    }
  }

  static bool all_ended_before(const Writes& writes, std::int64_t instant) {
    return std::all_of(writes.begin(), writes.end(), [&](const Operation* write) {
      return write->outcome == Outcome::ok && write->completed_at < instant;
    });
  }

  void judge_shown(const Operation& read, const Operation* deletion) {
    Writes origins;
    if (const auto known = writes_.find(read.output); known != writes_.end()) {
      for (const Operation* write : known->second) {
        if (write->invoked_at < read.completed_at) origins.push_back(write);
      }
    }
    if (origins.empty()) {
      tell_unexpected(read);
      return;
    }
    if (deletion != nullptr && all_ended_before(origins, deletion->invoked_at)) {
      tell(read, origins, *deletion,
           fmt::format("value {} was deleted by process {}, and {} showed it {} later",
                       read.output.to_string(), deletion->process, who_answered(read),
                       short_time(read.invoke_time - *deletion->complete_time)));
      return;
    }
    const Operation* gone = gone_.ended_before(read.invoked_at);
    const bool is_excused = has_unknown_deletion_ && !options_.linearizable;
    if (gone == nullptr || is_excused || !all_ended_before(origins, gone->invoked_at)) return;
    tell(read, origins, *gone,
         fmt::format("{} found nothing where value {} had been, and {} showed it {} later",
                     who_answered(*gone), read.output.to_string(), who_answered(read),
                     short_time(read.invoke_time - *gone->complete_time)));
  }

  void tell(const Operation& read, const Writes& origins, const Operation& gone,
            std::string words) {
    ++totals_.came_back;
    findings_.add("came back", object_.key, [&] {
      std::vector<Operation> operations = {gone, read};
      for (const Operation* write : origins) operations.push_back(*write);
      return std::pair(std::move(words), std::move(operations));
    });
  }

  void tell_unexpected(const Operation& read) {
    ++totals_.unexpected;
    findings_.add("unexpected", object_.key, [&] {
      return std::pair(fmt::format("{} showed value {}, which nobody had begun to write",
                                   who_answered(read), read.output.to_string()),
                       std::vector<Operation>{read});
    });
  }

  const ObjectOperations& object_;
  const DeletedOptions& options_;
  PropertyFindings& findings_;
  Totals& totals_;
  std::map<Value, Writes> writes_;  // that may have happened, by value
  LatestBegun deletions_;           // acknowledged
  LatestBegun gone_;                // judged reads that found nothing
  bool has_unknown_deletion_ = false;
  std::vector<const Operation*> reads_;  // judged
};

class DeletedChecker final : public Checker {
 public:
  explicit DeletedChecker(const DeletedOptions& options) : options_(options) {}
  std::string name() const override { return "deleted"; }

  Verdict check(const History& history, const CheckBudget&) const override {
    PropertyFindings findings;
    findings.stand_alone_for(options_.linearizable ? "deleted promise=linearizable" : "deleted");
    Totals totals;
    for (const ObjectOperations& object : objects_of(history)) {
      OneKey(object, options_, findings, totals).judge();
    }
    if (totals.reads_of_deleted == 0) {
      findings.leave_open(totals.deletions == 0 ? "no deletion was acknowledged"
                                                : "nobody has looked at a deleted key in the end");
    }
    return std::move(findings).verdict(
        name(), "key by key",
        {{"deletions", std::to_string(totals.deletions)},
         {"reads", std::to_string(totals.reads)},
         {"of deleted keys", std::to_string(totals.reads_of_deleted)},
         {"came back", std::to_string(totals.came_back)},
         {"unexpected", std::to_string(totals.unexpected)}});
  }

 private:
  DeletedOptions options_;
};

}  // namespace

std::unique_ptr<Checker> make_deleted_checker(const DeletedOptions& options) {
  return std::make_unique<DeletedChecker>(options);
}

}  // namespace faultrig
