// The trace file: one JSON object a line, {"t":ns,"node":"n1","seq":17,"event":"raft.commit",...}.
//
// `t` is CLOCK_MONOTONIC in nanoseconds. `seq` counts from 1 without a gap within one life of the
// process; a life begins with {"seq":1,"event":"host.start"}, so a reader that sees seq fall back
// to 1 there knows of a restart, and a gap anywhere else means lost lines. Lines collect in memory
// until flush(), which the host calls after each step, before what the step did leaves the process.
// So a killed process leaves no act without its line: at most the beginning of a line about what
// was never done; the next life closes that one before its own first.
#pragma once

#include <cstdint>
#include <string>

#include "harness/node/node.hpp"

namespace faultrig::host {

class TraceFile {
 public:
  // Appends to the file. An empty name writes nothing. Throws EnvironmentError.
  TraceFile(std::string file, NodeName node);
  ~TraceFile();
  TraceFile(const TraceFile&) = delete;
  TraceFile& operator=(const TraceFile&) = delete;

  void add(NodeTime now, const std::string& event, const Value& fields);
  // A trace that cannot be written is evidence, not the system: that is logged once, the lines are
  // lost, and the gap in `seq` tells of it when the next ones can be written.
  void flush();

 private:
  bool ends_within_a_line() const;

  std::string file_;
  NodeName node_;
  int descriptor_ = -1;
  std::uint64_t seq_ = 0;
  bool has_failed_ = false;
  std::string lines_;
};

}  // namespace faultrig::host
