#include "tests/targets/trace_drawing_support.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <set>
#include <sstream>
#include <stdexcept>

namespace faultrig {
namespace {

bool is_number(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

Value value_of(const std::string& key, const std::string& text) {
  if (is_number(text)) return Value(std::stoll(text));
  if (key != "participants" && key != "prepared" && key != "decided") return Value(text);
  Value::List items;
  std::istringstream stream(text == "-" ? "" : text);
  for (std::string item; std::getline(stream, item, ',');) items.emplace_back(item);
  return Value(std::move(items));
}

class Reader {
 public:
  void read(const std::string& line) {
    std::istringstream words(line);
    std::string node;
    std::string event;
    if (!(words >> node)) return;
    if (node == "alone" || node == "rest") {
      drawing.lines.push_back({"", node, Value()});
      return;
    }
    if (!(words >> event)) throw std::invalid_argument(line);
    if (!seq_.contains(node)) add(node, life_begins, {});
    if (event == "lost") {
      ++seq_[node];
      return;
    }
    if (event == "start") seq_[node] = 0;
    Value::Map fields;
    for (std::string word; words >> word;) {
      const auto equals = word.find('=');
      if (equals == std::string::npos) throw std::invalid_argument(line);
      const std::string key = word.substr(0, equals);
      fields.emplace_back(key, value_of(key, word.substr(equals + 1)));
    }
    add(node, event == "start" ? life_begins : event, std::move(fields));
  }

  TraceDrawing drawing;

 private:
  void add(const NodeName& node, const std::string& event, Value::Map fields) {
    fields.emplace_back("node", node);
    fields.emplace_back("event", event);
    fields.emplace_back("seq", ++seq_[node]);
    drawing.lines.push_back({node, event, Value(std::move(fields))});
  }

  std::map<NodeName, std::int64_t> seq_;
};

}  // namespace

TraceDrawing read_trace_drawing(const std::string& text) {
  Reader reader;
  std::istringstream stream(text);
  bool is_below = false;
  for (std::string line; std::getline(stream, line);) {
    line = line.substr(0, line.find('#'));
    if (line == "----") {
      is_below = true;
    } else if (is_below) {
      reader.drawing.expected += line;
    } else {
      reader.read(line);
    }
  }
  if (reader.drawing.expected.empty()) throw std::invalid_argument("nothing is expected");
  return std::move(reader.drawing);
}

std::string judge_trace(const MakeTraceObserver& make, const std::vector<TraceEvent>& lines) {
  const std::unique_ptr<TraceObserver> observer = make();
  for (const TraceEvent& line : lines) {
    if (!line.node.empty()) {
      observer->on_event(line);
    } else if (line.event == "alone") {
      observer->left_alone();
    } else {
      observer->at_rest();
    }
  }
  observer->finish();
  std::set<std::string> broken;
  for (const Violation& violation : observer->violations()) broken.insert(violation.property);
  return broken.empty() ? "holds" : fmt::format("{}", fmt::join(broken, " "));
}

}  // namespace faultrig
