// Follows the trace file of one node while it is written: whole lines only, each once.
//
// The program is killed at any instant, so the last line may be half there, and a restarted program
// may go on in the middle of it; what is not a JSON object with an `event` is passed over.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/cluster.hpp"

namespace faultrig::live {

class TraceTail {
 public:
  TraceTail(NodeName node, std::filesystem::path file);
  // Appends the events of the lines that were completed since the last call. A file that has become
  // shorter was begun anew and is read from its start.
  void read(std::vector<TraceEvent>& events);

 private:
  NodeName node_;
  std::filesystem::path file_;
  off_t offset_ = 0;
  std::string unfinished_;
};

}  // namespace faultrig::live
