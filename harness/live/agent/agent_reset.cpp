// A caller's way through a reset of the host: it goes, boots, and is found again.
#include <fmt/format.h>

#include <fstream>

#include "harness/errors.hpp"
#include "harness/live/agent/agent_caller.hpp"

namespace faultrig::live {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// An agent that refuses to reset its host says so at once; one that does not never answers.
// So much beyond some round trips.
constexpr milliseconds longest_refusal{250};
constexpr milliseconds between_boot_looks{200};

}  // namespace

// Empty when the host is being reset.
std::optional<AgentMessage> AgentCaller::refusal_to_reset(AgentStream& stream) {
  stream.write(to_bytes({AgentVerb::power_off}), usual_patience);
  const milliseconds patience = longest_refusal + 4 * round_trip_;
  const auto deadline = steady_clock::now() + patience;
  try {
    while (steady_clock::now() < deadline) {
      reader_.append(stream.read(patience));
      if (std::optional<AgentMessage> answer = reader_.next()) return answer;
    }
  } catch (const EnvironmentError&) {  // the connection went with the host
  }
  const std::lock_guard lock(mutex_);
  hello_.reset();
  status_ = {};
  answer_ = AgentMessage{};
  changed_.notify_all();
  return std::nullopt;
}

// Until the host answers on another boot than before.
void AgentCaller::await_boot() {
  const auto deadline = steady_clock::now() + reset_.boot_patience;
  std::string seen;
  while (steady_clock::now() < deadline) {
    BootReport report;
    try {
      in_stream([&](AgentStream& stream) { report = stream.ask_for_boot(follow_); });
      seen = report.boot.empty() ? "it does not say which boot this is"
                                 : "it is still on the boot before";
    } catch (const EnvironmentError& error) {
      seen = error.what();
    }
    if (!report.boot.empty() && report.boot != boot_) {
      if (report.has_folder) return adopt_files(report.sizes);
      throw EnvironmentError(
          "cannot go on",
          fmt::format("on {}: the reset took its folder {} away", where_, reset_.folder), 0,
          "choose another `folder` there, on a disk and not emptied at boot");
    }
    std::unique_lock lock(mutex_);
    if (changed_.wait_for(lock, between_boot_looks, [&] { return is_ending_; })) break;
  }
  throw EnvironmentError(
      "cannot get back to",
      fmt::format("{} within {} s of its reset: {}", where_, reset_.boot_patience.count(), seen), 0,
      fmt::format("does it boot by itself, and sshd with it? If it only takes longer: "
                  "`boot_patience_s` in the hosts file; then remove {} there",
                  reset_.folder));
}

// What was not synced is gone there; our copies keep what we have seen of it, and go on behind.
void AgentCaller::adopt_files(const std::vector<std::int64_t>& sizes) {
  for (std::size_t i = 0; i < follow_.size(); ++i) {
    FollowedFile& file = follow_[i];
    const std::int64_t size = i < sizes.size() ? sizes[i] : 0;
    if (size >= file.offset) continue;
    file.offset = size;
    std::ofstream(file.local, std::ios::binary | std::ios::app) << '\n';
  }
}

}  // namespace faultrig::live
