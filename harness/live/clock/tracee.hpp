// A thread that we trace for the moment of its exec: made to run system calls of ours, its
// auxiliary vector changed, let go.
//
// The calls run at a system call instruction of its own vDSO, with every signal blocked that can
// be; what arrives all the same (SIGSTOP) is sent again at the end. On x86-64; elsewhere nothing is
// ever seized. Source: ptrace(2).
#pragma once

#include <sys/types.h>
#include <sys/user.h>

#include <csignal>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

namespace faultrig::live {

// The thread is no more; it was killed, say. Nothing is left to be done for it.
struct TraceeGone : std::runtime_error {
  TraceeGone() : std::runtime_error("the traced thread has ended") {}
};

class Tracee {
 public:
  // Told of every process that ended while we waited for this one, and of this one.
  using Ended = std::function<void(pid_t, int status)>;

  // `process` is the process that `thread` belongs to. Seizes it; is_seized() says whether that
  // was allowed, else why_not() says why.
  Tracee(pid_t thread, pid_t process, Ended ended);
  bool is_seized() const { return error_ == 0; }
  std::string why_not() const;

  // Tells it to stop when it is about to go (back) into its program. Once, and first.
  void interrupt();
  // Waits until it has, and holds it there. Returns whether it has executed a new program since it
  // was seized.
  bool hold();

  // While it is held:
  // A system call of it; the result, negative for an error. `instruction` is the address of a
  // system call instruction in it.
  std::int64_t call(std::uint64_t instruction, std::int64_t number,
                    const std::vector<std::uint64_t>& arguments);
  // False where it has no such memory.
  bool read(std::uint64_t address, void* target, std::size_t size);
  bool write_word(std::uint64_t address, std::uint64_t value);
  bool is_64_bit() const;
  std::uint64_t stack() const;
  // Where the call that it was in was made; meaningful when that has not executed a program.
  std::uint64_t call_instruction() const;

  // Its program will not have the signal blocked.
  void unblock(int signal) { saved_mask_ &= ~(std::uint64_t{1} << (signal - 1)); }

  // As it was when it was held, a call that was to be restarted included.
  void let_go();

 private:
  int wait();
  int run_to_stop(int request, int signal);
  void run_to_system_call_stop();

  pid_t thread_;
  pid_t process_;
  Ended ended_;
  int error_ = 0;
  user_regs_struct saved_{};
  std::uint64_t saved_mask_ = 0;
  std::vector<int> held_back_;  // signals
};

}  // namespace faultrig::live
