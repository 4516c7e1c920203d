// The vDSO that a node's programs find in place of the kernel's: it asks the real one and lies as
// the clock page says. Wall clocks only (REALTIME, its coarse sibling, TAI); all others pass.
//
// Freestanding, without relocations: nobody relocates a vDSO. So no call through a table, no
// library, and data only where the linker script (image.lds) puts it.
#include "harness/live/clock/image/kernel.hpp"

#if defined(__x86_64__)
#include "harness/live/clock/image/trapped_calls.hpp"
#endif

using faultrig::WallClock;

namespace {

int real_clock_gettime(int clock, timespec* time) {
  const std::uint64_t real = real_functions.clock_gettime;
  if (real != 0) return at<int (*)(int, timespec*)>(real)(clock, time);
  return static_cast<int>(system_call(SYS_clock_gettime, clock, as_long(time), 0));
}

bool is_wall_clock(int clock) {
  constexpr unsigned wall = 1u << CLOCK_REALTIME | 1u << CLOCK_REALTIME_COARSE |
                            1u << CLOCK_REALTIME_ALARM | 1u << CLOCK_TAI;
  return clock >= 0 && clock < 32 && (wall >> clock & 1) != 0;
}

// The setting is read first: a time from before it was made would be pushed by it too.
int shown_time(int clock, timespec* time) {
  const WallClock lie = clock_page.read();
  const int result = real_clock_gettime(clock, time);
  if (lie.is_true() || result != 0) return result;
  *time = in_seconds(lie.at(in_nanoseconds(*time)));
  return 0;
}

}  // namespace

extern "C" {

#if defined(__x86_64__)
#define FAULTRIG_NAME(function) __vdso_##function
#else
#define FAULTRIG_NAME(function) __kernel_##function
#endif

FAULTRIG_EXPORT int FAULTRIG_NAME(clock_gettime)(int clock, timespec* time) {
  return is_wall_clock(clock) ? shown_time(clock, time) : real_clock_gettime(clock, time);
}

FAULTRIG_EXPORT int FAULTRIG_NAME(gettimeofday)(timeval* time, void* zone) {
  if (zone != nullptr) {
    const std::uint64_t real = real_functions.gettimeofday;
    const int result = real != 0
                           ? at<int (*)(timeval*, void*)>(real)(nullptr, zone)
                           : static_cast<int>(system_call(SYS_gettimeofday, 0, as_long(zone), 0));
    if (result != 0) return result;
  }
  if (time == nullptr) return 0;
  timespec shown;
  const int result = shown_time(CLOCK_REALTIME, &shown);
  if (result != 0) return result;
  time->tv_sec = shown.tv_sec;
  time->tv_usec = shown.tv_nsec / 1'000;
  return 0;
}

FAULTRIG_EXPORT int FAULTRIG_NAME(clock_getres)(int clock, timespec* resolution) {
  const std::uint64_t real = real_functions.clock_getres;
  if (real != 0) return at<int (*)(int, timespec*)>(real)(clock, resolution);
  return static_cast<int>(system_call(SYS_clock_getres, clock, as_long(resolution), 0));
}

#if defined(__x86_64__)
// As the kernel's: of the coarse clock.
FAULTRIG_EXPORT long __vdso_time(long* time) {
  timespec shown;
  const int result = shown_time(CLOCK_REALTIME_COARSE, &shown);
  if (result != 0) return result;
  if (time != nullptr) *time = shown.tv_sec;
  return shown.tv_sec;
}

FAULTRIG_EXPORT long __vdso_getcpu(unsigned* processor, unsigned* node, void* unused) {
  const std::uint64_t real = real_functions.getcpu;
  if (real != 0) return at<long (*)(unsigned*, unsigned*, void*)>(real)(processor, node, unused);
  return system_call(SYS_getcpu, as_long(processor), as_long(node), as_long(unused));
}
#endif
}
