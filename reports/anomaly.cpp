#include "reports/anomaly.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <set>

#include "reports/words.hpp"

namespace faultrig {
namespace {

using Operations = std::vector<const Operation*>;

bool is_pair(const Value& value) { return value.is_list() && value.as_list().size() == 2; }

// The value that an operation puts into the register.
std::optional<Value> written(const Operation& operation) {
  if (operation.f == "write") return operation.input;
  if (operation.f == "cas" && is_pair(operation.input)) return operation.input.as_list()[1];
  return std::nullopt;
}

// The value that an operation proves the register to have held.
std::optional<Value> seen(const Operation& operation) {
  if (operation.outcome != Outcome::ok) return std::nullopt;
  if (operation.f == "read") return operation.output;
  if (operation.f == "cas" && is_pair(operation.input)) return operation.input.as_list()[0];
  return std::nullopt;
}

bool precedes(const Operation& a, const Operation& b) {
  return a.outcome != Outcome::info && a.completed_at < b.invoked_at;
}

// "write 41 was acknowledged by n4 at 3.912 s (process 3)."
std::string acknowledged(const Operation& operation) {
  const std::string what = capital(describe_without_key(operation));
  if (operation.outcome != Outcome::ok) {
    return fmt::format("{} was sent{} at {} and never answered (process {}).",
                       capital(operation.f) +
                           what.substr(operation.f.size(), what.find(" (") - operation.f.size()),
                       operation.node.empty() ? "" : " to " + operation.node,
                       seconds(operation.invoke_time), operation.process);
  }
  return fmt::format("{} was acknowledged{} at {} (process {}).", what,
                     operation.node.empty() ? "" : " by " + operation.node,
                     seconds(ended_at(operation)), operation.process);
}

class Recogniser {
 public:
  Recogniser(const NotLinearizable& evidence, std::span<const Operation> operations)
      : evidence_(evidence) {
    for (const Operation& operation : operations) {
      if (operation.key == evidence.key) all_.push_back(&operation);
    }
    for (const Operation& operation : evidence.core) core_.push_back(&operation);
    if (all_.empty()) all_ = core_;
    std::sort(core_.begin(), core_.end(),
              [](const Operation* a, const Operation* b) { return a->invoked_at < b->invoked_at; });
  }

  Anomaly recognise() {
    if (is_register() &&
        (impossible_value() || double_cas() || overwritten_read() || went_back())) {
      return found_;
    }
    found_.title = "An impossible order";
    found_.sentences = {what_was_done(),
                        fmt::format("No order of these {} gives all of these answers, not even "
                                    "when those that overlapped in time are swapped at will.",
                                    counted(core_.size(), "operation"))};
    return found_;
  }

 private:
  bool is_register() const {
    return evidence_.model == "register" || evidence_.model == "cas-register";
  }
  std::string object() const { return object_words(evidence_); }

  // "On key 4, in the order of asking, process 0 wrote 1 (n1), ... and process 2 read 1 (n3)."
  std::string what_was_done() const {
    constexpr std::size_t most = 8;
    std::vector<std::string> clauses;
    for (const Operation* operation : core_) {
      if (clauses.size() == most && core_.size() > most) break;
      clauses.push_back(deed(*operation));
    }
    if (core_.size() > most) clauses.push_back(fmt::format("{} more", core_.size() - most));
    return fmt::format("On {}, in the order of asking, {}.", object(), listed(clauses));
  }

  // "process 0 wrote 1 (n1)", "process 3 asked to write 2 (n2, never answered)".
  static std::string deed(const Operation& operation) {
    const bool was_done = operation.outcome == Outcome::ok;
    std::vector<std::string> remarks;
    if (!operation.node.empty()) remarks.push_back(operation.node);
    if (operation.outcome == Outcome::fail) remarks.emplace_back("refused");
    if (operation.outcome == Outcome::info) remarks.emplace_back("never answered");
    std::string what;
    if (operation.f == "read") {
      what = was_done ? "read " + value_words(operation.output) : "asked to read";
    } else if (operation.f == "write") {
      what = (was_done ? "wrote " : "asked to write ") + value_words(operation.input);
    } else if (operation.f == "cas" && is_pair(operation.input)) {
      what = fmt::format("{} {} by {}", was_done ? "replaced" : "asked to replace",
                         value_words(operation.input.as_list()[0]),
                         value_words(operation.input.as_list()[1]));
    } else {
      what = "did " + describe_without_key(operation);
    }
    const std::string remark =
        remarks.empty() ? "" : fmt::format(" ({})", fmt::join(remarks, ", "));
    return fmt::format("process {} {}{}", operation.process, what, remark);
  }

  bool report(Shape shape, std::string title, std::vector<std::string> sentences,
              const Operation& culprit) {
    found_ = {shape,        std::move(title),    std::move(sentences),
              culprit.node, culprit.invoke_time, ended_at(culprit)};
    return true;
  }

  // "process 7 asked n2 at 4.125 s to read key 17 and was told 38"
  std::string told(const Operation& operation) const {
    const std::string asked = fmt::format("process {} asked{} at {}", operation.process,
                                          operation.node.empty() ? "" : " " + operation.node,
                                          seconds(operation.invoke_time));
    if (operation.f != "cas") {
      return fmt::format("{} to read {} and was told {}", asked, object(),
                         value_words(*seen(operation)));
    }
    return fmt::format("{} to replace {} in {} by {}, and it succeeded", asked,
                       value_words(*seen(operation)), object(), value_words(*written(operation)));
  }

  // Values in the core that no operation can have put there in time.
  bool impossible_value() {
    for (const Operation* witness : core_) {
      const std::optional<Value> value = seen(*witness);
      if (!value || *value == evidence_.initial) continue;
      Operations writers;
      for (const Operation* operation : all_) {
        if (written(*operation) == value && !same(*operation, *witness))
          writers.push_back(operation);
      }
      if (writers.empty()) {
        return report(Shape::phantom_value, "A value out of nowhere",
                      {capital(told(*witness)) + ".",
                       fmt::format("Nobody ever wrote {} to {}.", value_words(*value), object())},
                      *witness);
      }
      if (failed_write(*witness, writers) || future_value(*witness, writers)) return true;
    }
    return false;
  }

  // The core holds copies: operations are the same when their invocation is.
  static bool same(const Operation& a, const Operation& b) { return a.invoked_at == b.invoked_at; }

  bool failed_write(const Operation& witness, const Operations& writers) {
    const bool all_failed =
        std::all_of(writers.begin(), writers.end(),
                    [](const Operation* writer) { return writer->outcome == Outcome::fail; });
    if (!all_failed) return false;
    const Operation& failed = *writers.front();
    return report(
        Shape::failed_write, "A write that was reported as failed took effect",
        {fmt::format("The {} of {} by process {} was refused{} at {}{}.", failed.f,
                     value_words(*written(failed)), failed.process,
                     failed.node.empty() ? "" : " by " + failed.node, seconds(ended_at(failed)),
                     failed.error ? fmt::format(" ({})", *failed.error) : ""),
         fmt::format("Yet {}.", told(witness))},
        witness);
  }

  bool future_value(const Operation& witness, const Operations& writers) {
    const auto is_later = [&](const Operation* writer) {
      return writer->outcome == Outcome::fail || precedes(witness, *writer);
    };
    if (!std::all_of(writers.begin(), writers.end(), is_later)) return false;
    const auto first = std::find_if(writers.begin(), writers.end(), [](const Operation* writer) {
      return writer->outcome != Outcome::fail;
    });
    return report(Shape::future_value, "A value from the future",
                  {capital(told(witness)) + ".",
                   fmt::format("The first {} of {} was only sent at {}.", (*first)->f,
                               value_words(*seen(witness)), seconds((*first)->invoke_time))},
                  witness);
  }

  // How often the register can have come to hold `value`.
  std::size_t times_put(const Value& value) const {
    const auto puts = std::count_if(all_.begin(), all_.end(), [&](const Operation* operation) {
      return operation->outcome != Outcome::fail && written(*operation) == value;
    });
    return static_cast<std::size_t>(puts) + (value == evidence_.initial ? 1 : 0);
  }

  bool double_cas() {
    for (std::size_t i = 0; i < core_.size(); ++i) {
      for (std::size_t j = i + 1; j < core_.size(); ++j) {
        const Operation& first = *core_[i];
        const Operation& second = *core_[j];
        if (first.f != "cas" || second.f != "cas" || !seen(first)) continue;
        if (seen(first) != seen(second) || times_put(*seen(first)) > 1) continue;
        return report(Shape::double_cas, "One value was replaced twice",
                      {acknowledged(first), acknowledged(second),
                       fmt::format("Both found {} in {}, but it was put there only once, and the "
                                   "first to succeed replaced it.",
                                   value_words(*seen(first)), object())},
                      second);
      }
    }
    return false;
  }

  // The only operation that can have put `value` there; nullptr when there are several or none.
  const Operation* writer_of(const Value& value) const {
    const Operation* only = nullptr;
    for (const Operation* operation : all_) {
      if (operation->outcome == Outcome::fail || written(*operation) != value) continue;
      if (only != nullptr) return nullptr;
      only = operation;
    }
    return only;
  }

  // A stale read or a lost write: old value < newer write acknowledged < reader asked.
  bool overwritten_read() {
    for (const Operation* reader : core_) {
      const std::optional<Value> value = seen(*reader);
      if (!value) continue;
      const Operation* old_writer = writer_of(*value);
      const bool was_initial = old_writer == nullptr && times_put(*value) == 1;
      if (old_writer == nullptr && !was_initial) continue;
      const Operation* newer = nullptr;
      for (const Operation* candidate : core_) {
        if (candidate->outcome != Outcome::ok || !written(*candidate)) continue;
        if (same(*candidate, *reader) || written(*candidate) == value) continue;
        if (!precedes(*candidate, *reader)) continue;
        if (was_initial || precedes(*old_writer, *candidate) || seen(*candidate) == value) {
          newer = candidate;
        }
      }
      if (newer != nullptr) return overwritten(*reader, *newer, old_writer);
    }
    return false;
  }

  bool overwritten(const Operation& reader, const Operation& newer, const Operation* old_writer) {
    const Value old_value = *seen(reader);
    const Value new_value = *written(newer);
    bool seen_again = false;
    std::set<std::string> old_nodes;  // that gave the old value after the newer was acknowledged
    for (const Operation* other : all_) {
      const std::optional<Value> value = seen(*other);
      if (!value || !precedes(newer, *other)) continue;
      if (*value == new_value && reader.invoked_at < other->completed_at) seen_again = true;
      if (*value == old_value) old_nodes.insert(other->node);
    }
    std::vector<std::string> sentences;
    if (old_writer != nullptr) sentences.push_back(acknowledged(*old_writer));
    sentences.push_back(acknowledged(newer));
    sentences.push_back(
        fmt::format("{} later, {}{}.", seconds(reader.invoke_time - ended_at(newer)), told(reader),
                    old_writer == nullptr ? ", as if nothing had been written" : ""));
    if (!seen_again && old_nodes.size() > 1) {
      sentences.push_back(fmt::format(
          "Nobody saw {} from then on, and {} gave the older value: an acknowledged write is gone.",
          value_words(new_value), listed({old_nodes.begin(), old_nodes.end()})));
      return report(Shape::lost_write, "An acknowledged write was lost", sentences, reader);
    }
    sentences.push_back(
        fmt::format("Whoever asks after {} was acknowledged must be told {} or something newer.",
                    describe_without_key(newer), value_words(new_value)));
    return report(Shape::stale_read, "A stale read", sentences, reader);
  }

  // Is `older` certain to have been there before `newer`?
  bool was_before(const Value& older, const Value& newer, const Operation& newer_seen) const {
    const Operation* new_writer = writer_of(newer);
    if (new_writer == nullptr) return false;
    if (older == evidence_.initial && times_put(older) == 1) return true;
    const Operation* old_writer = writer_of(older);
    if (old_writer == nullptr) return false;
    return precedes(*old_writer, *new_writer) || precedes(*old_writer, newer_seen) ||
           seen(*new_writer) == older;
  }

  bool went_back() {
    for (const Operation* first : core_) {
      for (const Operation* second : core_) {
        if (!seen(*first) || !seen(*second) || !precedes(*first, *second)) continue;
        const Value newer = *seen(*first);
        const Value older = *seen(*second);
        if (newer == older || !was_before(older, newer, *first)) continue;
        return report(Shape::value_went_back, "A value went back",
                      {capital(told(*first)) + ".",
                       fmt::format("{} after that answer, {}.",
                                   seconds(second->invoke_time - ended_at(*first)), told(*second)),
                       fmt::format("Once {} has been seen, the older {} may not come back.",
                                   value_words(newer), value_words(older))},
                      *second);
      }
    }
    return false;
  }

  const NotLinearizable& evidence_;
  Operations all_;   // on the key
  Operations core_;  // by invocation
  Anomaly found_;
};

}  // namespace

Anomaly recognise(const NotLinearizable& evidence, std::span<const Operation> operations) {
  Anomaly found = recognise_in_collection(evidence, operations);
  if (found.shape != Shape::unexplained) return found;
  return Recogniser(evidence, operations).recognise();
}

std::string object_words(const NotLinearizable& evidence) {
  if (evidence.key) return fmt::format("key {}", value_words(*evidence.key));
  const std::string& model = evidence.model;
  if (model == "cas-register") return "the register";
  if (model == "kv-map") return "the map";
  if (model == "multi-register") return "the registers";
  if (model == "fifo-queue" || model == "unordered-queue") return "the queue";
  if (model == "reentrant-lock" || model == "fenced-lock" || model == "mutex") return "the lock";
  return "the " + model;
}

std::string headline(const Anomaly& anomaly, const NotLinearizable& evidence) {
  std::vector<std::string> where;
  if (evidence.key) where.push_back("key " + value_words(*evidence.key));
  if (!anomaly.culprit.empty()) where.push_back("answered by " + anomaly.culprit);
  std::string text = anomaly.title;
  if (anomaly.shape == Shape::unexplained && !evidence.core.empty()) {
    text = fmt::format("No order of {} gives the answers that clients got",
                       counted(evidence.core.size(), "operation"));
  }
  for (std::size_t i = 0; i < where.size(); ++i) text += (i == 0 ? ": " : ", ") + where[i];
  return text;
}

}  // namespace faultrig
