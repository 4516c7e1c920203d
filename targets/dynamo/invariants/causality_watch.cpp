#include "targets/dynamo/invariants/causality_watch.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace faultrig::dynamo {

void CausalityWatch::on_made(const DynamoNode& node, const Made& made) {
  if (made.version->is_tombstone) shadow_.add_tombstone(made.key, made.version);
  if (!made.version->past.covers(made.seen)) {
    findings_.report(
        "causal-clock",
        fmt::format("{} makes {} of key {} after seeing {}, and it says {}", node.name(),
                    name_of(*made.version), made.key.to_string(), made.seen.to_value().to_string(),
                    made.version->past.to_value().to_string()));
  }
  if (shadow_.conflict() == Conflict::lww) check_stamp(node, made);
  if (made.kind == Kind::add) check_elements(node, made);
}

void CausalityWatch::check_stamp(const DynamoNode& node, const Made& made) {
  if (made.version->stamp > made.basis.latest_stamp()) return;
  findings_.report("conflict-order",
                   fmt::format("{} makes {} of key {} with stamp {}, and replaces one of stamp {}",
                               node.name(), name_of(*made.version), made.key.to_string(),
                               made.version->stamp, made.basis.latest_stamp()));
}

void CausalityWatch::check_elements(const DynamoNode& node, const Made& made) {
  if (!made.version->value.is_list()) return;
  const Value::List& elements = made.version->value.as_list();
  for (const Value& set : made.basis.values()) {
    if (!set.is_list()) continue;
    for (const Value& element : set.as_list()) {
      if (std::find(elements.begin(), elements.end(), element) != elements.end()) continue;
      findings_.report("lost-element", fmt::format("{} makes {} of key {} without the element {}",
                                                   node.name(), name_of(*made.version),
                                                   made.key.to_string(), element.to_string()));
    }
  }
}

}  // namespace faultrig::dynamo
