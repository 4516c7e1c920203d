#include "cli/interruption.hpp"

#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>

namespace faultrig {
namespace {

constexpr std::array signals = {SIGINT, SIGTERM, SIGHUP};
constexpr int exit_interrupted = 130;

std::atomic<int> received{0};
static_assert(std::atomic<int>::is_always_lock_free, "written in a signal handler");
std::array<struct sigaction, signals.size()> previous;

void on_signal(int signal) {
  if (received.exchange(signal) != 0) _exit(exit_interrupted);
}

}  // namespace

Interruption::Interruption() {
  received = 0;
  struct sigaction action = {};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  for (std::size_t i = 0; i < signals.size(); ++i) sigaction(signals[i], &action, &previous[i]);
}

Interruption::~Interruption() {
  for (std::size_t i = 0; i < signals.size(); ++i) sigaction(signals[i], &previous[i], nullptr);
}

std::string Interruption::reason() const {
  switch (received.load()) {
    case 0:
      return "";
    case SIGINT:
      return "interrupted by SIGINT";
    case SIGTERM:
      return "interrupted by SIGTERM";
    case SIGHUP:
      return "interrupted by SIGHUP";
    default:
      return "interrupted";
  }
}

}  // namespace faultrig
