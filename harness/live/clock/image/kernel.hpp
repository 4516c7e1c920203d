// What the image stands on: system calls by hand, and the pages behind it. No library.
#pragma once

#include <linux/time.h>
#include <sys/syscall.h>

#include "harness/live/clock/clock_page.hpp"

// Placed by the linker script, ImageLayout away from the start.
extern "C" __attribute__((visibility("hidden"))) const faultrig::live::RealFunctions real_functions;
extern "C" __attribute__((visibility("hidden"))) const faultrig::live::ClockPage clock_page;

#define FAULTRIG_EXPORT __attribute__((visibility("default")))

namespace {

constexpr std::int64_t second = 1'000'000'000;

#if defined(__x86_64__)
long system_call(long number, long first, long second_one, long third, long fourth = 0,
                 long fifth = 0, long sixth = 0) {
  register long r10 __asm__("r10") = fourth;
  register long r8 __asm__("r8") = fifth;
  register long r9 __asm__("r9") = sixth;
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(first), "S"(second_one), "d"(third), "r"(r10), "r"(r8),
                     "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}
#elif defined(__aarch64__)
long system_call(long number, long first, long second_one, long third) {
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = first;
  register long x1 __asm__("x1") = second_one;
  register long x2 __asm__("x2") = third;
  __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
  return x0;
}
#else
#error "the image is made for x86-64 and aarch64"
#endif

template <typename Type>
Type at(std::uint64_t address) {
  return reinterpret_cast<Type>(address);
}

long as_long(const volatile void* pointer) { return reinterpret_cast<long>(pointer); }

std::int64_t in_nanoseconds(const timespec& time) { return time.tv_sec * second + time.tv_nsec; }

// As the kernel has it: a rest that is not negative.
timespec in_seconds(std::int64_t time) {
  std::int64_t seconds = time / second;
  std::int64_t rest = time % second;
  if (rest < 0) {
    rest += second;
    --seconds;
  }
  return {seconds, rest};
}

}  // namespace
