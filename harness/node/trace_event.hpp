// One line that a node wrote to its trace, and how whole the trace of a node is.
//
// A line is a JSON object {"t":ns,"node":"n1","seq":17,"event":"raft.commit",...}. `seq` counts
// from 1 without a gap within one life of the process, which begins with host.start (targets/host/
// trace_file). The clocks of two nodes are never compared: the only order is that of one node's
// lines. Cost: a look-up by node for each line.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/node/node.hpp"

namespace faultrig {

inline constexpr const char* life_begins = "host.start";

struct TraceEvent {
  NodeName node;
  std::string event;
  Value fields;  // the whole object
};

// Nothing when the line is no JSON object with an `event`: torn by a kill, or not of a trace.
std::optional<TraceEvent> read_trace_line(const NodeName& node, std::string_view line);

// Whether something is missing before a line of a node.
class TraceContinuity {
 public:
  enum class Place {
    next,      // the line before it in this life was the last one seen
    new_life,  // the process was started again; whatever it said before is there
    gap,       // lines are missing, among them perhaps the start of a life
  };
  Place take(const TraceEvent& event);
  // No line was missing so far. What such a node does not say it has not done.
  bool is_whole(const NodeName& node) const;
  std::vector<NodeName> with_gaps() const;
  std::uint64_t lines() const { return lines_; }

 private:
  struct Known {
    std::int64_t seq = 0;
    bool has_gap = false;
  };
  std::map<NodeName, Known> nodes_;
  std::uint64_t lines_ = 0;
};

}  // namespace faultrig
