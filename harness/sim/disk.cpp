#include "harness/sim/disk.hpp"

#include <algorithm>

namespace faultrig::sim {
namespace {

constexpr Duration stays_in_process = std::chrono::seconds(1);
constexpr Duration stays_in_kernel = std::chrono::seconds(5);

}  // namespace

std::optional<Time> Disk::submit(DiskWrite write, Time now) {
  const bool synced = write.sync;
  pending_.push_back({std::move(write), now});
  if (!synced) return std::nullopt;
  Duration takes = random_.between(timing_.shortest_sync, timing_.longest_sync);
  ++counters_.synced;
  if (rule_.sync_delay.count() > 0) {
    takes += rule_.sync_delay;
    ++counters_.delayed;
  }
  // Writes are done in order. One that waits for another shares its sync and is done with it.
  busy_until_ = std::max(busy_until_, now + takes);
  return busy_until_;
}

void Disk::sync_done(PersistId id) {
  while (!pending_.empty()) {
    const Pending done = std::move(pending_.front());
    pending_.pop_front();
    apply(done.write);
    if (done.write.sync && done.write.id == id) return;
  }
}

void Disk::apply(const DiskWrite& write) {
  std::string& file = durable_[write.file];
  if (write.kind == DiskWrite::Kind::replace) file.clear();
  file += write.bytes;
}

// What is older than `age` has got there without being asked to.
void Disk::settle(Time now, Duration age) {
  while (!pending_.empty() && now - pending_.front().submitted >= age) {
    apply(pending_.front().write);
    pending_.pop_front();
  }
}

void Disk::crash(Time now) {
  settle(now, stays_in_process);
  // A synced write that was under way has been handed to the kernel, or has not, in order.
  while (!pending_.empty() && pending_.front().write.sync && random_.chance({1, 2})) {
    apply(pending_.front().write);
    pending_.pop_front();
  }
  pending_.clear();
  busy_until_ = now;
}

PowerLoss Disk::lose_power(Time now) {
  settle(now, stays_in_kernel);
  while (!pending_.empty() && random_.chance({1, 3})) {
    apply(pending_.front().write);
    pending_.pop_front();
  }
  PowerLoss loss;
  for (const Pending& lost : pending_) {
    ++loss.lost_writes;
    loss.lost_bytes += lost.write.bytes.size();
  }
  if (!pending_.empty() && pending_.front().write.kind == DiskWrite::Kind::append) {
    DiskWrite torn = std::move(pending_.front().write);
    torn.bytes.resize(random_.below(torn.bytes.size() + 1));
    loss.lost_bytes -= torn.bytes.size();
    loss.torn = !torn.bytes.empty();
    apply(torn);
  }
  pending_.clear();
  busy_until_ = now;
  return loss;
}

std::uint64_t Disk::flip_bits(std::uint64_t bits) {
  std::uint64_t total = 0;
  for (const auto& [name, bytes] : durable_) total += bytes.size();
  if (total == 0) return 0;
  for (std::uint64_t flipped = 0; flipped < bits; ++flipped) {
    std::uint64_t at = random_.below(total);
    for (auto& [name, bytes] : durable_) {
      if (at < bytes.size()) {
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << random_.below(8)));
        break;
      }
      at -= bytes.size();
    }
  }
  return bits;
}

}  // namespace faultrig::sim
