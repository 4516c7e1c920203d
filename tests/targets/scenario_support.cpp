#include "tests/targets/scenario_support.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "checkers/history/json.hpp"

namespace faultrig {
namespace {

class ScenarioRunner {
 public:
  ScenarioRunner(const ScenarioTarget& target, const std::string& text, bool with_bug)
      : target_(target), text_(text), with_bug_(with_bug) {}

  ScenarioResult run() {
    std::istringstream lines(text_);
    std::string line;
    while (std::getline(lines, line)) {
      ++line_;
      line = line.substr(0, line.find('#'));
      std::istringstream in(line);
      std::vector<std::string> words;
      for (std::string word; in >> word;) words.push_back(word);
      if (!words.empty() && (words[0] == "on" || words[0] == "off")) {
        if ((words[0] == "on") != with_bug_) continue;
        words.erase(words.begin());
      }
      if (!words.empty()) run_line(words);
    }
    if (cluster_) {
      result_.violations = cluster_->observer().violations();
      const std::string differ = cluster_->observer().disagreement(cluster_->nodes());
      if (result_.breaks == "convergence" && !differ.empty()) {
        result_.violations.push_back({"convergence", differ});
      }
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

  void run_line(const std::vector<std::string>& words) {
    try {
      if (!set_up(words)) act(words);
    } catch (const std::out_of_range&) {
      problem("a word is missing, or names nothing there is");
    }
  }

  bool set_up(const std::vector<std::string>& words) {
    const std::string& verb = words[0];
    if (verb == "nodes") {
      settings_.nodes = std::stoi(words.at(1));
    } else if (verb == "bug") {
      result_.bug = words.at(1);
      if (with_bug_) settings_.bug = words.at(1);
    } else if (verb == "breaks") {
      result_.breaks = words.at(1);
    } else if (verb == "option") {
      settings_.options.emplace_back(words.at(1), words.at(2));
    } else {
      if (!cluster_) cluster_ = target_.make_cluster(settings_);
      return false;
    }
    return true;
  }

  void act(const std::vector<std::string>& words) {
    const std::string& verb = words[0];
    if (verb == ">" || verb == "!") {
      expect(words, verb == ">");
    } else if (target_.timers.contains(verb)) {
      cluster_->fire(words.at(1), target_.timers.at(verb));
    } else if (verb == "wait") {
      cluster_->wait(std::chrono::milliseconds(std::stoi(words.at(1))));
    } else if (verb == "rest") {
      cluster_->heal();
      cluster_->come_to_rest();
    } else if (verb == "settle") {
      cluster_->settle();
    } else if (verb == "deliver" || verb == "drop" || verb == "repeat") {
      on_message(verb, words.at(1), words.at(2), words.at(3));
    } else if (verb == "wall") {
      cluster_->jump_wall_clock(words.at(1), std::chrono::milliseconds(std::stoi(words.at(2))));
    } else if (verb == "heal") {
      cluster_->heal();
    } else if (verb == "disks") {
      cluster_->set_prompt_disks(words.at(1) == "prompt");
    } else if (verb == "persist") {
      if (!cluster_->persist_one(words.at(1))) problem("no write waits at the disk of " + words[1]);
    } else if (verb == "again") {
      cluster_->request_again(words.at(1), words.at(2));
    } else if (verb == "crash") {
      cluster_->crash(words.at(1));
    } else if (verb == "restart") {
      cluster_->restart(words.at(1));
    } else if (verb == "cut" || verb == "join" || verb == "hold" || verb == "release") {
      change_links(verb, words.at(1), words.at(2));
    } else {
      ask(words);
    }
  }

  void on_message(const std::string& verb, const std::string& from, const std::string& to,
                  const std::string& type) {
    const bool found = verb == "deliver" ? cluster_->deliver(from, to, type)
                       : verb == "drop"  ? cluster_->drop(from, to, type)
                                         : cluster_->duplicate(from, to, type);
    if (!found) problem(fmt::format("no {} waits from {} to {}", type, from, to));
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

  void ask(const std::vector<std::string>& words) {
    if (auto body = target_.request ? target_.request(words) : std::nullopt) {
      cluster_->request(words.at(1), words.at(2), *std::move(body));
      return;
    }
    const auto value = [&](std::size_t place) { return parse_json(words.at(place)); };
    const Value key(words.at(3));
    if (words[0] == "say") {
      cluster_->request(words.at(1), words.at(2), value(3).as_map());
    } else if (words[0] == "write") {
      cluster_->request(words.at(1), words.at(2),
                        {{"type", "write"}, {"key", key}, {"value", value(4)}});
    } else if (words[0] == "add") {
      cluster_->request(words.at(1), words.at(2),
                        {{"type", "add"}, {"key", key}, {"element", value(4)}});
    } else if (words[0] == "read" || words[0] == "delete") {
      cluster_->request(words.at(1), words.at(2), {{"type", words[0]}, {"key", key}});
    } else if (words[0] == "cas") {
      cluster_->request(words.at(1), words.at(2),
                        {{"type", "cas"}, {"key", key}, {"from", value(4)}, {"to", value(5)}});
    } else {
      problem(fmt::format("unknown command `{}`", words[0]));
    }
  }

  static bool matches(const Happening& happening, const std::vector<std::string>& words) {
    if (happening.who != words.at(1) || happening.what != words.at(2)) return false;
    for (std::size_t i = 3; i < words.size(); ++i) {
      const std::size_t equals = words[i].find('=');
      const Value* field = happening.fields.find(words[i].substr(0, equals));
      const std::string wanted = words[i].substr(equals + 1);
      if (field == nullptr) return false;
      if ((field->is_string() ? field->as_string() : field->to_string()) != wanted) return false;
    }
    return true;
  }

  void expect(const std::vector<std::string>& words, bool wanted) {
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

  const ScenarioTarget& target_;
  const std::string& text_;
  bool with_bug_;
  int line_ = 0;
  ScenarioSettings settings_;
  std::unique_ptr<ScriptedCluster> cluster_;
  std::size_t next_ = 0;
  ScenarioResult result_;
};

}  // namespace

ScenarioResult run_scenario(const ScenarioTarget& target, const std::string& text, bool with_bug) {
  return ScenarioRunner(target, text, with_bug).run();
}

std::string story(const ScenarioResult& result) {
  std::string out;
  for (const std::string& problem : result.problems) out += problem + "\n";
  for (const Violation& violation : result.violations) {
    out += "violated " + violation.property + ": " + violation.what + "\n";
  }
  for (const std::string& line : result.happenings) out += "  " + line + "\n";
  return out;
}

std::vector<std::string> scenario_names(const std::string& folder) {
  std::vector<std::string> names;
  const auto path = std::filesystem::path(FAULTRIG_SOURCE_DIR) / "tests/targets" / folder;
  for (const auto& entry : std::filesystem::directory_iterator(path)) {
    if (entry.path().extension() == ".txt") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string scenario_text(const std::string& folder, const std::string& name) {
  const auto path = std::filesystem::path(FAULTRIG_SOURCE_DIR) / "tests/targets" / folder;
  std::ifstream in(path / (name + ".txt"));
  if (!in) throw std::runtime_error("no scenario " + folder + "/" + name);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace faultrig
