#include "reports/causal_story.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "checkers/history/timeline.hpp"
#include "reports/words.hpp"

namespace faultrig {
namespace {

using Reason = NotCausal::Reason;

// A circle through more operations than this is no story; its table is cut and nothing is drawn.
constexpr std::size_t most_operations = 60;

std::string number_of(std::size_t index) { return fmt::format("#{}", index + 1); }

std::string table_of(const NotCausal& evidence) {
  std::string text = "\nThe operations that prove it\n";
  text += fmt::format("  {:>4}  {:>10}  {:>10}  {:>7}  {:<5} {}\n", "", "asked", "answered",
                      "process", "node", "operation");
  for (std::size_t i = 0; i < evidence.operations.size(); ++i) {
    if (i == most_operations) {
      return text + fmt::format("  ... and {} more\n", evidence.operations.size() - i);
    }
    const Operation& operation = evidence.operations[i];
    const bool answered = operation.outcome != Outcome::info && operation.complete_time;
    text += fmt::format("  {:>4}  {:>10}  {:>10}  {:>7}  {:<5} {}\n", number_of(i),
                        seconds(operation.invoke_time),
                        answered ? seconds(*operation.complete_time) : "never", operation.process,
                        operation.node.empty() ? "-" : operation.node, describe(operation));
  }
  return text;
}

std::string line_of(const NotCausal& evidence, const NotCausal::Link& link) {
  return wrapped(fmt::format("{} before {}: {}", number_of(link.from), number_of(link.to),
                             reason_words(evidence, link)),
                 "  ");
}

// The circle, then what its conflict orders rest on, then what those rest on; each once.
std::string lines_of(const NotCausal& evidence) {
  if (evidence.cycle.empty() || evidence.operations.size() > most_operations) return "";
  std::string text = "\nWhich must come before which; the last line closes the circle\n";
  std::vector<std::size_t> resting;
  const auto add = [&](std::size_t place) {
    const NotCausal::Link& link = evidence.links[place];
    text += line_of(evidence, link);
    const bool is_new = std::find(resting.begin(), resting.end(), place) == resting.end();
    if (link.reason == Reason::conflict_order && is_new) resting.push_back(place);
  };
  for (std::size_t place : evidence.cycle) add(place);
  for (std::size_t i = 0; i < resting.size(); ++i) {
    const NotCausal::Link link = evidence.links[resting[i]];
    text += fmt::format("\nWhy {} was before {} when it returned {}\n", number_of(link.from),
                        number_of(*link.read), number_of(link.to));
    for (std::size_t place : link.premise) add(place);
  }
  return text;
}

}  // namespace

std::string_view to_string(NotCausal::Reason reason) {
  switch (reason) {
    case Reason::session_order:
      return "session-order";
    case Reason::reads_from:
      return "reads-from";
    case Reason::conflict_order:
      return "conflict-order";
    case Reason::initial_value:
      return "initial-value";
  }
  return "";
}

std::string reason_words(const NotCausal& evidence, const NotCausal::Link& link) {
  const std::string from = number_of(link.from), to = number_of(link.to);
  switch (link.reason) {
    case Reason::session_order:
      return fmt::format("process {} did one, then the other",
                         evidence.operations[link.from].process);
    case Reason::reads_from:
      return fmt::format("{} returned what {} wrote", to, from);
    case Reason::conflict_order:
      return fmt::format(
          "{} returned what {} wrote, although {}, another write of the key, was "
          "before it",
          number_of(link.read.value_or(link.to)), to, from);
    case Reason::initial_value:
      return fmt::format("{} returned the initial value, so no write of the key was before it",
                         from);
  }
  return "";
}

std::string drawn_contradiction(const NotCausal& evidence) {
  if (evidence.operations.size() > most_operations) return "";
  std::string text = "check " + evidence.promise;
  if (!evidence.initial.is_nil()) text += " initial=" + evidence.initial.to_string();
  return text + "\n" + draw_timeline(evidence.operations) + "----\ninvalid\n";
}

std::string causal_story(const NotCausal& evidence) {
  const std::string text = table_of(evidence) + lines_of(evidence);
  const std::string drawing = drawn_contradiction(evidence);
  return drawing.empty() ? text : text + "\nDrawn, to paste into a test file\n\n" + drawing;
}

}  // namespace faultrig
