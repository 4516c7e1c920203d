#include "checkers/models/unordered_queue.hpp"

namespace faultrig {

std::optional<ModelState> UnorderedQueueModel::step(ModelState state, const Command& command) {
  const SequenceTable::Sequence& content = states_.content(state);
  switch (command.kind) {
    case Kind::insert:
      return states_.with_sorted(state, command.value);
    case Kind::remove:
      if (!states_.holds_sorted(state, command.value)) return std::nullopt;
      return states_.without(state, command.value);
    case Kind::remove_whatever:
      return content.empty() ? state : states_.without_front(state);
    case Kind::saw_empty:
      return content.empty() ? std::optional(state) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace faultrig
