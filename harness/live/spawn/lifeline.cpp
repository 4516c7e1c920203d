#include "harness/live/spawn/lifeline.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sys/prctl.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

#include "harness/errors.hpp"

namespace faultrig::live {

Lifeline make_lifeline() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw EnvironmentError("cannot make", "a pipe", errno);
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

void die_with_parent(int child_end) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  pollfd hang_up{child_end, 0, 0};
  if (::poll(&hang_up, 1, 0) == 1) ::_exit(1);
}

void close_all_but(std::vector<int> kept) {
  std::sort(kept.begin(), kept.end());
  unsigned next = 3;
  for (const int number : kept) {
    if (number < static_cast<int>(next)) continue;
    if (number > static_cast<int>(next)) ::close_range(next, static_cast<unsigned>(number) - 1, 0);
    next = static_cast<unsigned>(number) + 1;
  }
  ::close_range(next, ~0u, 0);
}

}  // namespace faultrig::live
