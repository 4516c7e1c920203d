#include "harness/sim/node_contract.hpp"

#include <fmt/format.h>

namespace faultrig::sim {

std::string NodeContract::breach(const SendEffect& send) const {
  if (send.message.src != self_) {
    return fmt::format("it sends in the name of `{}`", send.message.src);
  }
  if (send.message.dest.empty()) return "it sends a message to nobody";
  if (send.message.native == nullptr && !send.message.body.is_map()) {
    return fmt::format("it sends {} a body that is no object", send.message.dest);
  }
  return "";
}

std::string NodeContract::breach(const DiskWrite& write) {
  if (write.file.empty() || write.file.find('/') != std::string::npos) {
    return fmt::format("it writes to a file named `{}`", write.file);
  }
  if (write.id <= last_write_) {
    return fmt::format("write {} comes after write {}: ids must grow", write.id, last_write_);
  }
  last_write_ = write.id;
  return "";
}

std::string NodeContract::breach(const Effects& effects) {
  for (const Effect& effect : effects.all()) {
    std::string problem;
    if (const auto* send = std::get_if<SendEffect>(&effect)) {
      problem = breach(*send);
    } else if (const auto* write = std::get_if<DiskWrite>(&effect)) {
      problem = breach(*write);
    } else if (const auto* set = std::get_if<SetTimerEffect>(&effect)) {
      if (set->after.count() < 0) {
        problem = fmt::format("it sets timer {} for {} ns ago: time goes back", set->timer,
                              -set->after.count());
      }
    } else if (const auto* trace = std::get_if<TraceEffect>(&effect)) {
      if (trace->event.empty() || !trace->fields.is_map())
        problem = "it traces an event of no name";
    }
    if (!problem.empty()) return problem;
  }
  return "";
}

}  // namespace faultrig::sim
