#include "checkers/models/fifo_queue.hpp"

namespace faultrig {

std::optional<ModelState> FifoQueueModel::step(ModelState state, const Command& command) {
  const SequenceTable::Sequence& content = states_.content(state);
  switch (command.kind) {
    case Kind::insert:
      return states_.with_back(state, command.value);
    case Kind::remove:
      if (content.empty() || content.front() != command.value) return std::nullopt;
      return states_.without_front(state);
    case Kind::remove_whatever:
      return content.empty() ? state : states_.without_front(state);
    case Kind::saw_empty:
      return content.empty() ? std::optional(state) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace faultrig
