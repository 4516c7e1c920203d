// Gives every program that a node executes the node's clock: at the moment of its exec the clock's
// file is mapped into it, and its auxiliary vector made to name the image there as its vDSO.
//
// The node's first process and all that come from it ask before an exec (exec_filter.hpp). The
// supervisor seizes the asking thread, hands it a descriptor of the clock's file, lets the exec
// happen, and holds the thread before the new program's first instruction. There it maps the file,
// fills in where the program's real vDSO is, changes the vector, closes the descriptor and
// detaches: the program is traced only during its exec, so debuggers and leak checkers work later
// on. An exec that fails is cleaned up after. Who is traced by somebody else runs on with the true
// clock, and is counted on the clock's page.
//
// Where waits are trapped (trap_filter.hpp) the image is at one address in every program, and is
// made its handler of SIGSYS. A program without it would be ended by the first call that is
// trapped: so one that another traces is not executed, and its exec fails; one that turns out to
// have no place for the image is ended so. Both are counted.
//
// Cost: some tenths of a millisecond an exec (bench/clock.cpp). Source: seccomp_unotify(2),
// ptrace(2), getauxval(3), vdso(7).
#pragma once

#include <functional>
#include <string>

#include "harness/live/clock/elf_image.hpp"
#include "harness/live/clock/exec_filter.hpp"
#include "harness/live/clock/node_clock.hpp"
#include "harness/live/clock/tracee.hpp"

namespace faultrig::live {

// What a fresh program is told of its vDSO.
struct AuxiliaryVector {
  std::uint64_t vdso = 0;       // where the kernel has mapped it
  std::uint64_t vdso_slot = 0;  // where on the stack it says so
};

class ExecSupervisor {
 public:
  // `files` are those of the node's clock, borrowed until this returns; `filter` what
  // install_exec_filter returned in the node's first process; `proc` a descriptor of a /proc in
  // which the node's processes are seen under the numbers that they have for the caller. `ended` is
  // told of every process that is reaped meanwhile: waiting for a traced thread means waiting for
  // any. Throws EnvironmentError.
  ExecSupervisor(ExecFilter filter, const ClockFiles& files, int proc, Tracee::Ended ended);

  // Readable when somebody asks; hung up when nobody is left who could.
  int descriptor() const { return filter_.listener.get(); }
  // Serves one who asks, if there is one; waits until the program is under way, milliseconds.
  void serve();

 private:
  struct Asked {
    std::uint64_t id = 0;
    pid_t thread = 0;
  };
  bool receive(Asked& asked);
  void follow(Asked asked);
  std::string give_clock(Tracee& tracee, std::uint64_t descriptor);
  bool fill_in(Tracee& tracee, std::uint64_t instruction, std::uint64_t start,
               std::uint64_t descriptor, const AuxiliaryVector& vector);
  int lend_clock(const Asked& asked);
  bool answer(const Asked& asked, int error = 0);
  pid_t process_of(pid_t thread) const;
  bool become_handler(Tracee& tracee, std::uint64_t start);
  void count(const std::string& why_not);

  ExecFilter filter_;
  Descriptor clock_;
  int proc_;
  Tracee::Ended ended_;
  bool traps_waits_;
  Mapping follow_;
  ElfImage vdso_;
  ElfImage image_;                  // read where waits are trapped
  std::string request_, response_;  // of the sizes that this kernel has
};

// Counts one that does not follow, for who could not be supervised at all.
void count_unfollowed(const ClockFiles& files, const std::string& why_not);

}  // namespace faultrig::live
