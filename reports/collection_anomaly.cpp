// What is wrong with a list, a set, a queue or a stack, told about the one or two elements that
// show it. The core is small, so every pair is looked at.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "reports/anomaly.hpp"
#include "reports/words.hpp"

namespace faultrig {
namespace {

using Operations = std::vector<const Operation*>;

bool precedes(const Operation& a, const Operation& b) {
  return a.outcome == Outcome::ok && a.completed_at < b.invoked_at;
}

std::string at_node(const Operation& operation, std::string_view word) {
  return operation.node.empty() ? "" : fmt::format(" {}{}", word, operation.node);
}

// "Append 2 was acknowledged by n4 at 3.912 s (process 3)."
std::string acknowledged(const Operation& operation) {
  return fmt::format("{} {} was acknowledged{} at {} (process {}).", capital(operation.f),
                     value_words(operation.input), at_node(operation, "by "),
                     seconds(ended_at(operation)), operation.process);
}

// "[1,3]", "299 elements"
std::string answer_words(const Value& output) {
  constexpr std::size_t most = 12;
  if (output.is_nil()) return "that it is empty";
  if (!output.is_list() || output.as_list().size() <= most) return value_words(output);
  return fmt::format("{} elements", output.as_list().size());
}

class Recogniser {
 public:
  Recogniser(const NotLinearizable& evidence, std::span<const Operation> operations)
      : evidence_(evidence), object_(object_words(evidence)) {
    for (const Operation& operation : operations) {
      if (operation.key == evidence.key) all_.push_back(&operation);
    }
    for (const Operation& operation : evidence.core) core_.push_back(&operation);
    if (all_.empty()) all_ = core_;
    if (evidence.initial.is_list()) {
      initial_.insert(evidence.initial.as_list().begin(), evidence.initial.as_list().end());
    }
  }

  Anomaly recognise() {
    impossible_element() || came_out_twice() || came_back() || lost() || said_empty() ||
        overtaken() || wrong_order();
    return found_;
  }

 private:
  static bool inserts(const Operation& operation) {
    return operation.f == "append" || operation.f == "add" || operation.f == "enqueue" ||
           operation.f == "push";
  }
  static bool takes_out(const Operation& operation) {
    return operation.f == "dequeue" || operation.f == "pop";
  }

  // Elements that an answer shows to have been inside.
  static Value::List shown_by(const Operation& operation) {
    if (operation.outcome != Outcome::ok) return {};
    if (operation.f == "read") {
      return operation.output.is_list() ? operation.output.as_list() : Value::List{};
    }
    if (operation.f == "contains" && operation.output == Value(true)) return {operation.input};
    if (takes_out(operation) && !operation.output.is_nil()) return {operation.output};
    return {};
  }
  static bool shows(const Operation& operation, const Value& element) {
    const Value::List shown = shown_by(operation);
    return std::find(shown.begin(), shown.end(), element) != shown.end();
  }
  // An answer that would have shown the element, had it been there.
  static bool denies(const Operation& operation, const Value& element) {
    if (operation.outcome != Outcome::ok) return false;
    if (operation.f == "contains") {
      return operation.input == element && operation.output == Value(false);
    }
    return operation.f == "read" && !shows(operation, element);
  }

  Operations inserters_of(const Value& element) const {
    Operations inserters;
    for (const Operation* operation : all_) {
      if (inserts(*operation) && operation->input == element) inserters.push_back(operation);
    }
    return inserters;
  }
  // Who may have taken the element out, known or not.
  bool may_be_taken(const Value& element, const Operation& before) const {
    return std::any_of(all_.begin(), all_.end(), [&](const Operation* operation) {
      if (operation->outcome == Outcome::fail || operation->invoked_at > before.completed_at) {
        return false;
      }
      if (operation->f == "remove") return operation->input == element;
      return takes_out(*operation) &&
             (operation->outcome == Outcome::info || operation->output == element);
    });
  }

  // "Process 7 asked n2 at 4.125 s (read) and was told [1,3]": the whole answer, of which the core
  // may hold only what matters.
  std::string told(const Operation& operation) const {
    const auto whole = std::find_if(all_.begin(), all_.end(), [&](const Operation* each) {
      return each->invoked_at == operation.invoked_at;
    });
    const Value& output = whole == all_.end() ? operation.output : (*whole)->output;
    return fmt::format("Process {} asked{} at {} ({}{}) and was told {}", operation.process,
                       at_node(operation, ""), seconds(operation.invoke_time), operation.f,
                       operation.input.is_nil() ? "" : " " + value_words(operation.input),
                       answer_words(output));
  }

  bool report(Shape shape, std::string title, std::vector<std::string> sentences,
              const Operation& culprit) {
    found_ = {shape,        std::move(title),    std::move(sentences),
              culprit.node, culprit.invoke_time, ended_at(culprit)};
    return true;
  }

  bool impossible_element() {
    for (const Operation* witness : core_) {
      for (const Value& element : shown_by(*witness)) {
        if (initial_.contains(element)) continue;
        if (impossible(*witness, element, inserters_of(element))) return true;
      }
    }
    return false;
  }

  bool impossible(const Operation& witness, const Value& element, Operations inserters) {
    const std::string what = value_words(element);
    if (inserters.empty()) {
      return report(
          Shape::phantom_value, "An element out of nowhere",
          {told(witness) + ".", fmt::format("Nobody ever put {} into {}.", what, object_)},
          witness);
    }
    const Operation& first = *inserters.front();
    std::erase_if(inserters, [](const Operation* each) { return each->outcome == Outcome::fail; });
    if (inserters.empty()) {
      return report(Shape::failed_write, "What was reported as failed took effect",
                    {fmt::format("{} {} by process {} was refused{} at {}.", capital(first.f), what,
                                 first.process, at_node(first, "by "), seconds(ended_at(first))),
                     told(witness) + "."},
                    witness);
    }
    const bool all_later =
        std::all_of(inserters.begin(), inserters.end(),
                    [&](const Operation* each) { return precedes(witness, *each); });
    if (!all_later) return false;
    return report(Shape::future_value, "An element from the future",
                  {told(witness) + ".",
                   fmt::format("The first {} of {} was only sent at {}.", inserters.front()->f,
                               what, seconds(inserters.front()->invoke_time))},
                  witness);
  }

  bool came_out_twice() {
    for (const Operation* first : core_) {
      for (const Operation* second : core_) {
        if (first->invoked_at >= second->invoked_at) continue;
        if (!takes_out(*first) || !takes_out(*second) || first->output != second->output) continue;
        if (first->output.is_nil() || second->outcome != Outcome::ok) continue;
        if (inserters_of(first->output).size() != 1 || initial_.contains(first->output)) continue;
        return report(Shape::came_out_twice, "One element came out twice",
                      {told(*first) + ".", told(*second) + ".",
                       fmt::format("It went in only once, by process {} at {}.",
                                   inserters_of(first->output).front()->process,
                                   seconds(inserters_of(first->output).front()->invoke_time))},
                      *second);
      }
    }
    return false;
  }

  // Added once, removed after that, and seen after that.
  bool came_back() {
    for (const Operation* removal : core_) {
      if (removal->f != "remove" || removal->outcome != Outcome::ok) continue;
      const Operations inserters = inserters_of(removal->input);
      const bool all_before =
          std::all_of(inserters.begin(), inserters.end(),
                      [&](const Operation* each) { return precedes(*each, *removal); });
      if (!all_before) continue;
      for (const Operation* witness : core_) {
        if (!precedes(*removal, *witness) || !shows(*witness, removal->input)) continue;
        return report(Shape::came_back, "A removed element came back",
                      {acknowledged(*removal), told(*witness) + ".", "Nobody had put it in again."},
                      *witness);
      }
    }
    return false;
  }

  bool lost() {
    for (const Operation* insertion : core_) {
      if (!inserts(*insertion)) continue;
      const Value& element = insertion->input;
      for (const Operation* witness : core_) {
        if (!precedes(*insertion, *witness) || !denies(*witness, element)) continue;
        if (may_be_taken(element, *witness)) continue;
        std::vector<std::string> sentences = {
            acknowledged(*insertion),
            fmt::format("{} later: {}, without {}.",
                        seconds(witness->invoke_time - ended_at(*insertion)), told(*witness),
                        value_words(element))};
        const bool is_seen_again = std::any_of(all_.begin(), all_.end(), [&](const Operation* op) {
          return shows(*op, element) && op->invoked_at > witness->completed_at;
        });
        if (is_seen_again) sentences.emplace_back("Later answers show it again.");
        return report(
            is_seen_again ? Shape::stale_read : Shape::lost_element,
            is_seen_again ? "An answer from the past" : "An acknowledged element is missing",
            std::move(sentences), *witness);
      }
    }
    return false;
  }

  bool said_empty() {
    for (const Operation* witness : core_) {
      const bool says =
          takes_out(*witness) && witness->outcome == Outcome::ok && witness->output.is_nil();
      if (!says) continue;
      for (const Operation* insertion : core_) {
        if (!inserts(*insertion) || !precedes(*insertion, *witness)) continue;
        if (may_be_taken(insertion->input, *witness)) continue;
        return report(
            Shape::said_empty, "It said it was empty, and was not",
            {acknowledged(*insertion), told(*witness) + ".",
             fmt::format("Nobody can have taken {} out before.", value_words(insertion->input))},
            *witness);
      }
    }
    return false;
  }

  bool overtaken() {
    if (evidence_.model != "fifo-queue") return false;
    for (const Operation* first : core_) {
      for (const Operation* second : core_) {
        if (!inserts(*first) || !inserts(*second) || !precedes(*first, *second)) continue;
        for (const Operation* removal : core_) {
          if (!takes_out(*removal) || !shows(*removal, second->input)) continue;
          if (may_be_taken(first->input, *removal)) continue;
          return report(Shape::overtaken, "What went in later came out first",
                        {acknowledged(*first),
                         fmt::format("After that process {} asked for {} {}.", second->process,
                                     second->f, value_words(second->input)),
                         told(*removal) + fmt::format(", while {} was still inside.",
                                                      value_words(first->input))},
                        *removal);
        }
      }
    }
    return false;
  }

  // Of a list: b stands before a, but a was acknowledged before b was sent; or two reads differ.
  bool wrong_order() {
    if (evidence_.model != "list") return false;
    for (const Operation* witness : core_) {
      const Value::List shown = shown_by(*witness);
      for (std::size_t i = 0; i < shown.size(); ++i) {
        for (std::size_t j = i + 1; j < shown.size(); ++j) {
          if (tells_order(*witness, shown[i], shown[j])) return true;
        }
      }
    }
    return false;
  }

  bool tells_order(const Operation& witness, const Value& before, const Value& after) {
    const Operations first = inserters_of(after), second = inserters_of(before);
    if (first.size() == 1 && second.size() == 1 && precedes(*first.front(), *second.front())) {
      return report(Shape::wrong_order, "Two elements in an impossible order",
                    {acknowledged(*first.front()), acknowledged(*second.front()),
                     fmt::format("Yet {} stands before {}: {}.", value_words(before),
                                 value_words(after), told(witness))},
                    witness);
    }
    for (const Operation* other : core_) {
      const Value::List shown = shown_by(*other);
      const auto a = std::find(shown.begin(), shown.end(), after);
      const auto b = std::find(shown.begin(), shown.end(), before);
      if (other->f != "read" || a == shown.end() || b == shown.end() || b < a) continue;
      return report(Shape::wrong_order, "Two answers disagree on an order",
                    {told(witness) + ".", told(*other) + ".",
                     fmt::format("One has {} before {}, the other after it.", value_words(before),
                                 value_words(after))},
                    witness);
    }
    return false;
  }

  const NotLinearizable& evidence_;
  std::string object_;
  Operations all_;   // on the key
  Operations core_;  // by invocation
  std::set<Value> initial_;
  Anomaly found_;
};

bool is_collection(const std::string& model) {
  return model == "list" || model == "set" || model == "fifo-queue" || model == "unordered-queue" ||
         model == "stack";
}

}  // namespace

Anomaly recognise_in_collection(const NotLinearizable& evidence,
                                std::span<const Operation> operations) {
  if (!is_collection(evidence.model)) return {};
  return Recogniser(evidence, operations).recognise();
}

}  // namespace faultrig
