#include "tests/parity/scenario_support.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <set>
#include <sstream>
#include <stdexcept>

#include "checkers/history/json.hpp"
#include "checkers/history/jsonl.hpp"
#include "harness/fault_injector.hpp"
#include "harness/plan.hpp"
#include "harness/store.hpp"

namespace faultrig {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

constexpr int exit_valid = 0, exit_unknown = 2;

fs::path scenario_folder() { return fs::path(FAULTRIG_SOURCE_DIR) / "tests/parity/scenarios"; }

Words split(const std::string& text, const std::string& separator) {
  Words parts;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(separator, at), text.size());
    parts.push_back(text.substr(at, end - at));
    at = end + separator.size();
  }
  return parts;
}

bool holds(const Words& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// How an operation ended: "ok", or the first word of its error: "timed-out".
std::string word_of(const Operation& operation) {
  if (operation.outcome == Outcome::ok) return "ok";
  const std::string error = operation.error.value_or("");
  return error.substr(0, error.find(':'));
}

struct Shown {
  Value record;  // run.json
  std::string validity;
  std::vector<FaultRecord> faults;
  History history;
};

Shown shown_in(const fs::path& folder) {
  Shown shown;
  shown.record = parse_json(read_file(folder / "run.json"));
  shown.validity = parse_json(read_file(folder / "verdict.json")).string_or("validity", "?");
  for (const Value& fault : shown.record.find("faults")->as_list()) {
    shown.faults.push_back(fault_record_from(fault));
  }
  const fs::path history = folder / "history.jsonl";
  shown.history = read_history_jsonl(read_file(history), history).history;
  return shown;
}

void expect_whole_at_the_end(const Shown& shown) {
  EXPECT_EQ(shown.validity, "valid");
  EXPECT_EQ(shown.record.string_or("environment_error", "?"), "");
  for (const FaultRecord& fault : shown.faults) {
    EXPECT_TRUE(fault.bit) << fmt::format("{}: {}", fault.kind, fmt::join(fault.evidence, "; "));
    EXPECT_TRUE(fault.ended) << fault.kind;
  }
  for (const Value& node : shown.record.find("nodes")->as_list()) {
    EXPECT_EQ(node.string_or("down_at_end", "?"), "") << node.string_or("name", "?");
    EXPECT_TRUE(node.find("deaths")->as_list().empty()) << node.to_string();
  }
  for (const char* instant : {"ready", "healed", "connected", "recovered"}) {
    EXPECT_TRUE(shown.record.find(instant)->is_integer()) << instant;
  }
}

// What a client claims follows from why no answer came, on every backend.
void expect_honest_claims(const Shown& shown) {
  for (const Operation& operation : shown.history.operations()) {
    const std::string word = word_of(operation);
    const Outcome unknown = operation.f == "read" ? Outcome::fail : Outcome::info;
    if (word == "timed-out" || word == "broken") {
      EXPECT_EQ(operation.outcome, unknown) << describe(operation);
    } else if (word == "not-sent") {
      EXPECT_EQ(operation.outcome, Outcome::fail) << describe(operation);
    }
  }
}

// One `#:` line.
class Expectation {
 public:
  Expectation(std::string line, const Shown& shown) : line_(std::move(line)), shown_(shown) {}

  void check() const {
    const Clause clause = read();
    if (clause.word == "bites")
      return expect_bites(fault(std::stoul(clause.who)), list_after("only "));
    if (clause.word == "is") return expect_served(clause.who, clause.from, clause.until);
    ASSERT_EQ(clause.word, "gets") << line_;
    expect_gets(clause.who, list_after("gets "), clause.from, clause.until);
  }

  // How many it is about; a line about packets is about none, and needs none.
  std::optional<std::size_t> operations_met() const {
    const Clause clause = read();
    if (clause.word == "bites") return std::nullopt;
    return operations(clause.who, clause.from, clause.until).size();
  }

 private:
  struct Clause {
    std::string who, word;
    Time from{}, until = Time::max();
  };
  Clause read() const {
    Clause clause;
    std::istringstream words(line_);
    words >> clause.who >> clause.word;
    if (clause.word != "during") return clause;
    std::size_t number = 0;
    words >> number >> clause.word;
    clause.from = fault(number).started;
    clause.until = fault(number).ended.value_or(Time::max());
    return clause;
  }

  const FaultRecord& fault(std::size_t number) const { return shown_.faults.at(number - 1); }
  Words list_after(const std::string& word) const {
    return split(line_.substr(line_.find(word) + word.size()), ", ");
  }

  std::vector<Operation> operations(const std::string& node, Time from, Time until) const {
    std::vector<Operation> found;
    for (const Operation& operation : shown_.history.operations()) {
      if (operation.node == node && operation.complete_time && operation.invoke_time >= from &&
          *operation.complete_time <= until) {
        found.push_back(operation);
      }
    }
    return found;
  }

  void expect_served(const std::string& node, Time from, Time until) const {
    const auto found = operations(node, from, until);
    EXPECT_TRUE(std::any_of(found.begin(), found.end(),
                            [](const Operation& one) { return one.outcome == Outcome::ok; }))
        << line_ << ": none of " << found.size();
  }

  void expect_gets(const std::string& node, Words words, Time from, Time until) const {
    // A fault takes a moment to come into force: the first word shows when it has.
    const Words first = split(words.front(), "/");
    words.insert(words.end(), first.begin(), first.end());
    Time in_force = Time::max();
    for (const Operation& operation : shown_.history.operations()) {
      const auto ended = operation.complete_time;
      if (operation.node != node || !ended || *ended < from || *ended > until) continue;
      if (holds(first, word_of(operation))) in_force = std::min(in_force, *ended);
    }
    EXPECT_NE(in_force, Time::max()) << line_ << ": nobody got " << words.front();
    for (const Operation& operation : operations(node, in_force, until)) {
      EXPECT_TRUE(holds(words, word_of(operation)))
          << line_ << ": " << describe(operation) << " at " << operation.invoke_time.count()
          << " ended with " << word_of(operation);
    }
  }

  void expect_bites(const FaultRecord& fault, const Words& links) const {
    std::set<std::string> bitten;
    for (const std::string& line : fault.evidence) {
      if (line.find(" -> ") != std::string::npos) bitten.insert(line.substr(0, line.find(':')));
    }
    EXPECT_FALSE(bitten.empty()) << line_;
    for (const std::string& link : bitten) EXPECT_TRUE(holds(links, link)) << line_ << ": " << link;
  }

  std::string line_;
  const Shown& shown_;
};

Words expectations(const std::string& text) {
  Words lines;
  for (const std::string& line : split(text, "\n"))
    if (line.starts_with("#: ")) lines.push_back(line.substr(3));
  if (lines.empty()) throw std::runtime_error("a scenario says what it expects");
  return lines;
}

// All times of the plan so many times as long, those of clocks and requests as well.
std::string slowed(const std::string& text, int slowness) {
  std::string plan;
  for (const std::string& line : split(text, "\n")) {
    const std::size_t value = line.find("_ms = ");
    const bool is_time = value != std::string::npos && !line.starts_with("#");
    const std::size_t number = value + std::strlen("_ms = ");
    plan += is_time ? line.substr(0, number) +
                          std::to_string(std::stoll(line.substr(number)) * slowness)
                    : line;
    plan += '\n';
  }
  return plan;
}

// Which of the scenario's questions clients have hardly asked; empty: none.
std::string too_few_operations(const std::string& text, const Shown& shown) {
  const RunPlan plan = read_plan(text, "scenario");
  const auto seconds = std::chrono::duration<double>(plan.duration).count();
  const std::size_t all = shown.history.operations().size();
  // Where a node stands still, clients that wait for it make two thirds of what the rate allows.
  const auto enough = static_cast<std::size_t>(seconds * plan.rate / 3);
  if (all < enough) return fmt::format("{} operations where {} were to be expected", all, enough);
  constexpr std::size_t least = 5;
  for (const std::string& line : expectations(text)) {
    const auto met = Expectation(line, shown).operations_met();
    if (met.value_or(least) < least) return fmt::format("{} operations for `{}`", *met, line);
  }
  return "";
}

}  // namespace

std::vector<std::string> scenarios() {
  Words names;
  for (const auto& entry : fs::directory_iterator(scenario_folder())) {
    if (entry.path().extension() == ".toml") names.push_back(entry.path().stem());
  }
  std::sort(names.begin(), names.end());
  return names;
}

fs::path scenario_file(const std::string& name) { return scenario_folder() / (name + ".toml"); }

std::string with_one_client_machine(std::string text) {
  for (std::size_t at = 0; (at = text.find("c2", at)) != std::string::npos;) text[at + 1] = '1';
  return text;
}

void expect_scenario(const std::string& text, const std::string& backend,
                     const std::function<PlayedScenario(const std::string& text)>& play) {
  constexpr int slowest = 16;
  for (int slowness = 1;; slowness *= 2) {
    const std::string plan = slowed(text, slowness);
    const PlayedScenario played = play(plan);
    const bool was_judged = played.exit_code == exit_valid || played.exit_code == exit_unknown;
    ASSERT_TRUE(was_judged) << played.output;
    const Shown shown = shown_in(played.run);
    expect_honest_claims(shown);
    const std::string too_few = too_few_operations(text, shown);
    if (!too_few.empty() && slowness < slowest) {
      fmt::print("the machine is busy: {}; again, {} times as slow\n", too_few, slowness * 2);
      continue;
    }
    ASSERT_EQ(played.exit_code, exit_valid) << played.output << too_few;
    EXPECT_EQ(shown.record.string_or("backend", "?"), backend);
    EXPECT_EQ(shown.faults.size(), read_plan(plan, "scenario").fault_script.size());
    expect_whole_at_the_end(shown);
    for (const std::string& line : expectations(text)) Expectation(line, shown).check();
    return;
  }
}

}  // namespace faultrig
