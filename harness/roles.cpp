#include "harness/roles.hpp"

namespace faultrig {

void Roles::observe(const TraceEvent& event) {
  if (leader_event_.empty() || event.event != leader_event_) return;
  const std::int64_t term = event.fields.integer_or("term", 0);
  // Of two nodes that lead in one term (a bug we hunt) the later one counts.
  if (term < term_) return;
  term_ = term;
  leader_ = event.node;
}

}  // namespace faultrig
