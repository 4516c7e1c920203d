#include "harness/live/spawn/boot_time.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>

#include "harness/errors.hpp"
#include "harness/live/switch/descriptor.hpp"
#include "harness/random.hpp"

namespace faultrig::live {

std::chrono::seconds time_since_boot(const RunPlan& plan, const std::string& node) {
  constexpr std::int64_t least = 60, most = std::int64_t{400} * 24 * 3'600;
  return std::chrono::seconds(
      Random(plan.seed.value_or(0)).fork("boot time of " + node).between(least, most));
}

bool separate_boot_time(std::chrono::seconds since_boot) {
  if (since_boot.count() == 0) return true;
  if (::unshare(CLONE_NEWTIME) != 0) return false;
  const std::string text = fmt::format("monotonic {0} 0\nboottime {0} 0\n", since_boot.count());
  const Descriptor file(::open("/proc/self/timens_offsets", O_WRONLY | O_CLOEXEC));
  if (!file.is_open() ||
      ::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    throw EnvironmentError("cannot set", "the time since boot", errno);
  return true;
}

}  // namespace faultrig::live
