// The disk of a hosted node: one folder of plain files, written by a helper thread.
//
// Group commit: everything queued while the last batch was being synced goes out together, with one
// fdatasync a file; then all its writes are reported, in order. A replace writes a temporary file,
// syncs it, renames it over the old one and syncs the folder.
//
// A write with `sync` off stays in a buffer of this process. It reaches its file, in order, before
// the next synced write to that file, after about a second, or at a clean end. So killing the
// process loses what a power failure would have lost, and nothing that a power failure would have
// kept: a node that promises too early is found out without pulling a plug.
//
// A write or sync that fails ends the process (exit 1): after a failed fsync nobody knows what the
// disk has (Rebello et al., "Can Applications Recover from fsync Failures?", ATC 2020).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "harness/node/node.hpp"

namespace faultrig::host {

class Disk {
 public:
  // Makes the folder when it is missing. `done` is called on the helper thread with the synced ids
  // of a batch. Throws EnvironmentError.
  Disk(NodeName node, std::string folder, std::function<void(std::vector<PersistId>)> done);
  // Writes what is queued or buffered, then ends the thread.
  ~Disk();
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;

  // What is in the folder now; for the start. Throws EnvironmentError.
  DiskImage read_all() const;
  void submit(DiskWrite write);

 private:
  class Worker;
  std::string folder_;
  std::unique_ptr<Worker> worker_;
};

}  // namespace faultrig::host
