// The page that a node's programs and the harness share: how the node's wall clock lies now.
//
// Two copies of the setting and a number whose last bit says which one counts, so that a reader
// never waits: the writer changes the copy that nobody is sent to, and a reader that was overtaken
// looks again. Source: seqcount_latch of the Linux kernel. Compiled into the image as well, so no
// library; the builtins keep the compiler from merging or hoisting what another process changes.
#pragma once

#include <cstddef>
#include <cstdint>

#include "harness/wall_clock.hpp"

namespace faultrig::live {

struct ClockPage {
  static constexpr std::size_t size = 4096;

  std::uint64_t turn;
  WallClock copies[2];

  WallClock read() const {
    while (true) {
      const std::uint64_t before = __atomic_load_n(&turn, __ATOMIC_ACQUIRE);
      const WallClock taken = load(copies[before & 1]);
      __atomic_thread_fence(__ATOMIC_ACQUIRE);
      if (__atomic_load_n(&turn, __ATOMIC_RELAXED) == before) return taken;
    }
  }

  // One writer at a time. Every read that begins after it has returned sees the new setting.
  void write(const WallClock& clock) {
    const std::uint64_t next = __atomic_load_n(&turn, __ATOMIC_RELAXED) + 1;
    __atomic_thread_fence(__ATOMIC_RELEASE);
    store(copies[next & 1], clock);
    __atomic_store_n(&turn, next, __ATOMIC_RELEASE);
  }

 private:
  static WallClock load(const WallClock& from) {
    return {__atomic_load_n(&from.set_at, __ATOMIC_RELAXED),
            __atomic_load_n(&from.offset, __ATOMIC_RELAXED),
            __atomic_load_n(&from.drift_ppm, __ATOMIC_RELAXED),
            __atomic_load_n(&from.strobe, __ATOMIC_RELAXED),
            __atomic_load_n(&from.strobe_period, __ATOMIC_RELAXED),
            __atomic_load_n(&from.frozen, __ATOMIC_RELAXED)};
  }
  static void store(WallClock& to, const WallClock& clock) {
    __atomic_store_n(&to.set_at, clock.set_at, __ATOMIC_RELAXED);
    __atomic_store_n(&to.offset, clock.offset, __ATOMIC_RELAXED);
    __atomic_store_n(&to.drift_ppm, clock.drift_ppm, __ATOMIC_RELAXED);
    __atomic_store_n(&to.strobe, clock.strobe, __ATOMIC_RELAXED);
    __atomic_store_n(&to.strobe_period, clock.strobe_period, __ATOMIC_RELAXED);
    __atomic_store_n(&to.frozen, clock.frozen, __ATOMIC_RELAXED);
  }
};

// What became of the programs that the node executed; counted by the supervisor of its execs.
struct FollowPage {
  static constexpr std::size_t size = 4096;

  std::uint32_t followed;      // read their wall clock through the image
  std::uint32_t not_followed;  // could not be made to
  char why_not[240];           // for the last of those; ended by a NUL
};

// Where the real vDSO of one program has its functions; 0: it has none of that name. Written into
// the program beside the image, since every program has its vDSO elsewhere.
struct RealFunctions {
  std::uint64_t clock_gettime;
  std::uint64_t gettimeofday;
  std::uint64_t time;
  std::uint64_t clock_getres;
  std::uint64_t getcpu;
};

// What rt_sigaction(2) takes.
struct KernelAction {
  std::uint64_t handler;
  std::uint64_t flags;
  std::uint64_t restorer;
  std::uint64_t mask;
};

// What is mapped into a program, in this order and at the offsets that the image is linked for.
struct ImageLayout {
  static constexpr std::size_t image = 0;           // read, execute
  static constexpr std::size_t functions = 0x3000;  // RealFunctions
  static constexpr std::size_t action = 0x3100;     // KernelAction, where waits are trapped
  static constexpr std::size_t page = 0x4000;       // ClockPage, shared
  static constexpr std::size_t size = 0x5000;
  // Behind it in the file, for harness and supervisor only: FollowPage.
  static constexpr std::size_t follow = 0x5000;
  static constexpr std::size_t file_size = 0x6000;
  // Where the image is in every program whose waits are trapped, since the filter lets pass what is
  // called from there: below all that the kernel maps at the start of a program, and where the
  // thread sanitizer allows memory.
  static constexpr std::uint64_t fixed_start = 0x7eff'f000'0000;
};

}  // namespace faultrig::live
