// The wall clock of one node on this machine: a file that every program of the node has mapped in
// place of the kernel's vDSO, and that the harness writes.
//
// Idea: every C library, Go, Java ... finds its clock through the vDSO that the auxiliary vector
// names. Ours asks the real one and lies as the shared page says; so a jump is seen by every
// process of the node at its next read, without a system call, and costs a reader some ns
// (bench/clock.cpp). Not reached: programs that make the system call by themselves or read the
// processor's counter, file times, 32-bit programs, and waits until a time of the wall clock, which
// the kernel ends by the true one unless they are trapped (trap_filter.hpp; of timers the setting
// is, of io_uring nothing). How programs come to it: exec_supervisor.hpp.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>

#include "harness/cluster.hpp"
#include "harness/live/clock/clock_page.hpp"
#include "harness/live/switch/descriptor.hpp"

namespace faultrig::live {

// The image as it was linked: a shared object. Empty on machines that it is not made for.
std::string_view clock_image();

// Why the clocks of nodes cannot be set on this machine; empty when nothing speaks against it.
std::string clocks_cannot();

// A mapping with an owner.
class Mapping {
 public:
  Mapping() = default;
  // Throws EnvironmentError that names `what`.
  Mapping(void* address, std::size_t size, int protection, int flags, int file, std::size_t offset,
          const std::string& what);
  ~Mapping();
  Mapping(Mapping&& other) noexcept;
  Mapping& operator=(Mapping&& other) noexcept;
  char* start() const { return start_; }

 private:
  char* start_ = nullptr;
  std::size_t size_ = 0;
};

// How programs fared that the node executed; a snapshot.
struct FollowCounts {
  std::uint32_t followed = 0;
  std::uint32_t not_followed = 0;
  std::string why_not;
};

// Where a node's clock is, for the supervisor of its execs: borrowed descriptors. And how far the
// node's programs are to follow it.
struct ClockFiles {
  int clock = -1;   // laid out by ImageLayout; may be read only
  int follow = -1;  // holds the FollowPage; may be the same
  bool trap_waits = false;
};

class NodeClock {
 public:
  // Both show the true time, and throw EnvironmentError.
  // In memory, for who is handed the descriptor.
  explicit NodeClock(const std::string& node);
  // For a supervisor elsewhere, in files of `folder`, which must be there: the one of clock_file
  // only we can write, so that nobody else can put code into programs; that of follow_file all can.
  NodeClock(const std::string& node, const std::filesystem::path& folder);
  static constexpr const char* clock_file = "clock";
  static constexpr const char* follow_file = "followed";

  // In force for every read that begins after it has returned.
  void set(const ClockSetting& setting);
  // How far the wall clock is from the true time, read as the node's programs read it.
  std::chrono::nanoseconds offset() const;
  FollowCounts counts() const;

  // What the supervisor of the node's execs is given.
  int descriptor() const { return file_.get(); }

 private:
  NodeClock(const std::string& node, Descriptor file, Descriptor follow);

  Descriptor file_;
  Descriptor follow_;  // of follow_file; closed where the clock is in memory
  Mapping page_;       // to be written
  Mapping image_;      // as in a program
  int (*read_clock_)(int, timespec*) = nullptr;
};

}  // namespace faultrig::live
