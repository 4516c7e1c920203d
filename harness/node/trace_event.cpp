#include "harness/node/trace_event.hpp"

#include "checkers/history/json.hpp"

namespace faultrig {

std::optional<TraceEvent> read_trace_line(const NodeName& node, std::string_view line) {
  try {
    Value fields = parse_json(line);
    std::string event = fields.string_or("event", "");
    if (event.empty()) return std::nullopt;
    return TraceEvent{node, std::move(event), std::move(fields)};
  } catch (const JsonError&) {
    return std::nullopt;
  }
}

TraceContinuity::Place TraceContinuity::take(const TraceEvent& event) {
  ++lines_;
  Known& known = nodes_[event.node];
  const std::int64_t seq = event.fields.integer_or("seq", 0);
  if (event.event == life_begins && seq == 1) {
    known.seq = 1;
    return Place::new_life;
  }
  const bool follows = known.seq > 0 && seq > known.seq && seq - known.seq == 1;
  known.seq = seq;
  if (follows) return Place::next;
  known.has_gap = true;
  return Place::gap;
}

bool TraceContinuity::is_whole(const NodeName& node) const {
  const auto at = nodes_.find(node);
  return at != nodes_.end() && !at->second.has_gap;
}

std::vector<NodeName> TraceContinuity::with_gaps() const {
  std::vector<NodeName> names;
  for (const auto& [name, known] : nodes_) {
    if (known.has_gap) names.push_back(name);
  }
  return names;
}

}  // namespace faultrig
