// The trace file: one JSON object a line, {"t":ns,"node":"n1","seq":17,"event":"raft.commit",...}.
//
// `t` is CLOCK_MONOTONIC in nanoseconds. `seq` counts from 1 without a gap within one life of the
// process; a life begins with {"seq":1,"event":"host.start"}, so a reader that sees seq fall back
// to 1 there knows of a restart, and a gap anywhere else means lost lines. Lines collect in memory
// until flush(), which the host calls after each step: a killed process loses at most the step it
// was in, or leaves the beginning of a line; the next life closes that one before its own first.
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
  // A trace that cannot be written is logged once and given up: it is evidence, not the system.
  void flush();

 private:
  bool ends_within_a_line() const;

  std::string file_;
  NodeName node_;
  int descriptor_ = -1;
  std::uint64_t seq_ = 0;
  std::string lines_;
};

}  // namespace faultrig::host
