#include "tests/targets/bank_2pc/bank_scenario_support.hpp"

#include <fmt/format.h>

#include <optional>
#include <sstream>
#include <stdexcept>

#include "checkers/history/json.hpp"
#include "tests/targets/bank_2pc/bank_cluster_support.hpp"

namespace faultrig::bank_2pc {
namespace {

using Words = std::vector<std::string>;

class ScenarioRunner {
 public:
  ScenarioRunner(const std::string& text, bool with_bug) : text_(text), with_bug_(with_bug) {}

  ScenarioResult run() {
    std::istringstream lines(text_);
    for (std::string line; std::getline(lines, line);) {
      ++line_;
      std::istringstream in(line.substr(0, line.find('#')));
      Words words;
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

  void run_line(const Words& words) {
    try {
      if (!set_up(words) && !ask(words) && !arrange(words)) act(words);
    } catch (const std::out_of_range&) {
      problem("a word is missing, or names nothing there is");
    }
  }

  bool set_up(const Words& words) {
    if (words[0] == "nodes") {
      settings_.nodes = std::stoi(words.at(1));
    } else if (words[0] == "bug") {
      result_.bug = words.at(1);
      if (with_bug_) settings_.bugs = parse_bugs(words.at(1));
    } else if (words[0] == "breaks") {
      result_.breaks = words.at(1);
    } else if (words[0] == "option") {
      for (const ConfigOption& option : config_options()) {
        if (option.name == words.at(1)) settings_.config.*option.member = std::stoll(words.at(2));
      }
    } else {
      if (!cluster_) cluster_.emplace(settings_);
      return false;
    }
    return true;
  }

  bool ask(const Words& words) {
    const auto value = [&](std::size_t place) { return parse_json(words.at(place)); };
    Value::Map body{{"type", words[0]}};
    if (words[0] == "transfer") {
      body.emplace_back("from", value(3));
      body.emplace_back("to", value(4));
      body.emplace_back("amount", value(5));
      if (words.size() > 6) body.emplace_back("request_id", words[6]);
    } else if (words[0] == "deposit" || words[0] == "withdraw") {
      body.emplace_back("account", value(3));
      body.emplace_back("amount", value(4));
      if (words.size() > 5) body.emplace_back("request_id", words[5]);
    } else if (words[0] == "again") {
      cluster_->request_again(words.at(1), words.at(2));
      return true;
    } else if (words[0] != "read") {
      return false;
    }
    cluster_->request(words.at(1), words.at(2), std::move(body));
    return true;
  }

  // Links, disks and processes.
  bool arrange(const Words& words) {
    const std::string& verb = words[0];
    if (verb == "cut" || verb == "join" || verb == "hold" || verb == "release") {
      change_links(verb, words.at(1), words.at(2));
    } else if (verb == "heal") {
      cluster_->heal();
    } else if (verb == "disks") {
      cluster_->set_prompt_disks(words.at(1) == "prompt");
    } else if (verb == "persist") {
      if (!cluster_->persist_one(words.at(1))) problem("no write waits at the disk of " + words[1]);
    } else if (verb == "crash") {
      cluster_->crash(words.at(1));
    } else if (verb == "restart") {
      cluster_->restart(words.at(1));
    } else {
      return false;
    }
    return true;
  }

  void act(const Words& words) {
    const std::string& verb = words[0];
    if (verb == ">" || verb == "!") {
      expect(words, verb == ">");
    } else if (verb == "wait") {
      cluster_->wait(std::chrono::milliseconds(std::stoi(words.at(1))));
    } else if (verb == "tick" || verb == "retry") {
      const TimerId timer = verb == "tick" ? tick_timer : retry_timer;
      if (!cluster_->fire(words.at(1), timer)) problem("no such timer runs on " + words[1]);
    } else if (verb == "settle") {
      cluster_->settle();
    } else if (verb == "rest") {
      cluster_->heal();
      cluster_->come_to_rest();
    } else if (verb == "deliver" || verb == "drop" || verb == "repeat") {
      on_message(verb, words.at(1), words.at(2), words.at(3));
    } else {
      problem(fmt::format("unknown command `{}`", verb));
    }
  }

  void on_message(const std::string& verb, const std::string& from, const std::string& to,
                  const std::string& type) {
    const std::optional<std::size_t> place = cluster_->place_of(from, to, type);
    if (!place) return problem(fmt::format("no {} waits from {} to {}", type, from, to));
    if (verb == "deliver") cluster_->deliver_at(*place);
    if (verb == "drop") cluster_->drop_at(*place);
    if (verb == "repeat") cluster_->duplicate_at(*place);
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

  static bool matches(const Happening& happening, const Words& words) {
    if (happening.who != words.at(1) || happening.what != words.at(2)) return false;
    for (std::size_t i = 3; i < words.size(); ++i) {
      const std::size_t equals = words[i].find('=');
      const Value* field = happening.fields.find(words[i].substr(0, equals));
      if (field == nullptr) return false;
      const std::string found = field->is_string() ? field->as_string() : field->to_string();
      if (found != words[i].substr(equals + 1)) return false;
    }
    return true;
  }

  void expect(const Words& words, bool wanted) {
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
  BankCluster::Settings settings_;
  std::optional<BankCluster> cluster_;
  std::size_t next_ = 0;
  ScenarioResult result_;
};

}  // namespace

ScenarioResult run_scenario(const std::string& text, bool with_bug) {
  return ScenarioRunner(text, with_bug).run();
}

}  // namespace faultrig::bank_2pc
