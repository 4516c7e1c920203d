// The image for aarch64, mapped and called as a program would: `run_image image.so` under
// emulation. A program of its own, built by the cross compiler: the tests of this machine cannot
// call it.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include "harness/live/clock/clock_page.hpp"
#include "harness/live/clock/elf_image.hpp"

namespace {

using namespace faultrig::live;

void expect(bool holds, const char* what) {
  if (holds) return;
  std::printf("failed: %s\n", what);
  std::exit(1);
}

// In memory as ImageLayout says, without a real vDSO: the image then calls the kernel.
char* map_image(const char* path) {
  void* memory =
      mmap(nullptr, ImageLayout::size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  expect(memory != MAP_FAILED, "memory");
  const int file = open(path, O_RDONLY);
  expect(file >= 0 && read(file, memory, ImageLayout::functions) > 0, "the file of the image");
  close(file);
  expect(mprotect(memory, ImageLayout::functions, PROT_READ | PROT_EXEC) == 0, "mprotect");
  return static_cast<char*>(memory);
}

std::int64_t true_time(clockid_t id) {
  timespec time{};
  clock_gettime(id, &time);
  return time.tv_sec;
}

}  // namespace

int main(int count, char** words) {
  expect(count == 2, "one argument, the image");
  char* start = map_image(words[1]);
  const ElfImage image = read_elf_image(start);
  expect(image.relocations == 0, "no relocations");
  expect(image.functions.size() == 3, "three functions");
  for (const ElfFunction& function : image.functions)
    expect(function.version == "LINUX_2.6.39", function.name.c_str());
  const auto gettime =
      reinterpret_cast<int (*)(clockid_t, timespec*)>(start + image.find("__kernel_clock_gettime"));
  const auto getday =
      reinterpret_cast<int (*)(timeval*, void*)>(start + image.find("__kernel_gettimeofday"));
  const auto getres =
      reinterpret_cast<int (*)(clockid_t, timespec*)>(start + image.find("__kernel_clock_getres"));
  auto& page = *reinterpret_cast<ClockPage*>(start + ImageLayout::page);

  timespec time{};
  expect(
      gettime(CLOCK_REALTIME, &time) == 0 && std::abs(time.tv_sec - true_time(CLOCK_REALTIME)) < 2,
      "the true time before it is told otherwise");
  page.write({true_time(CLOCK_REALTIME) * 1'000'000'000, 3'600'000'000'000});
  gettime(CLOCK_REALTIME, &time);
  expect(std::abs(time.tv_sec - true_time(CLOCK_REALTIME) - 3'600) < 2, "an hour ahead");
  timeval day{};
  getday(&day, nullptr);
  expect(std::abs(day.tv_sec - true_time(CLOCK_REALTIME) - 3'600) < 2, "the same by gettimeofday");
  gettime(CLOCK_MONOTONIC, &time);
  expect(std::abs(time.tv_sec - true_time(CLOCK_MONOTONIC)) < 2,
         "the monotonic clock is left alone");
  expect(getres(CLOCK_REALTIME, &time) == 0 && time.tv_sec == 0, "the resolution");
  expect(gettime(9'999, &time) != 0, "a clock that is none");
  std::printf("the image works\n");
}
