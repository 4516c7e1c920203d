#include "harness/live/switch/switch.hpp"

#include <fmt/format.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>

#include "harness/errors.hpp"
#include "harness/live/switch/capture.hpp"
#include "harness/live/switch/descriptor.hpp"
#include "harness/live/switch/forwarding.hpp"

namespace faultrig::live {
namespace {

constexpr int burst = 64;                        // packets from one port before the next has a turn
constexpr std::size_t largest_packet = 65536;    // MTU 1500, but a device may be set larger
constexpr std::uint64_t wake_mark = UINT64_MAX;  // epoll's data of the event descriptor

Instant steady_now() {
  return std::chrono::duration_cast<Instant>(std::chrono::steady_clock::now().time_since_epoch());
}

Instant since_unix_epoch() {
  return std::chrono::duration_cast<Instant>(std::chrono::system_clock::now().time_since_epoch());
}

// struct sched_attr of sched_setattr(2), which glibc before 2.41 does not declare.
struct SchedulingAttributes {
  std::uint32_t size = sizeof(SchedulingAttributes);
  std::uint32_t policy = SCHED_OTHER;
  std::uint64_t flags = 0;
  std::int32_t nice = 0;
  std::uint32_t priority = 0;
  std::uint64_t runtime_ns = 0;  // of SCHED_OTHER: how long a turn it asks for (since Linux 6.12)
  std::uint64_t deadline_ns = 0;
  std::uint64_t period_ns = 0;
};

// The calling thread should run as soon as there is something to do, on busy machines too: a late
// switch is a delay that no rule asked for. It asks for short turns, which the scheduler grants
// sooner, and for a better nice value where that is allowed. Best effort: only accuracy depends on
// it.
void prefer_this_thread() {
  prctl(PR_SET_TIMERSLACK, 1UL);  // else every delay is up to 50 us late
  SchedulingAttributes wish;
  wish.nice = -10;
  wish.runtime_ns = 100'000;
  if (syscall(SYS_sched_setattr, 0, &wish, 0) == 0) return;
  wish.nice = 0;
  syscall(SYS_sched_setattr, 0, &wish, 0);
}

}  // namespace

std::string to_string(Ipv4 address) {
  return fmt::format("{}.{}.{}.{}", address >> 24, (address >> 16) & 255, (address >> 8) & 255,
                     address & 255);
}

// Why a rule is in force when set_rule returns: `mutex_` is held by the thread over each whole
// burst (read, decide, write) and by set_rule over the whole change. So every packet is read either
// in a burst that ended before the change began, and then it has been written or waits on the wire,
// where the change itself found it; or in a burst that began after the change ended, and then the
// new rule decided. After set_rule returns no device is written to because of the old rule.
//
// Callers go first: the thread takes no new burst while one waits (callers_), since std::mutex is
// not fair and a busy thread would win it again and again. A caller waits for one burst at most.
class Switch::Implementation : private PacketOutput {
 public:
  explicit Implementation(std::uint64_t seed);
  ~Implementation() override;

  PortId attach(std::string name, Ipv4 address, std::unique_ptr<Port> port);
  void start(const std::filesystem::path& capture);

  // Runs `body(forwarding)` between bursts.
  template <typename Body>
  auto between_bursts(const Body& body) {
    const Caller caller(callers_);
    const std::lock_guard lock(mutex_);
    return body(forwarding_);
  }
  void wake() const;
  // Throws the error of a device that went away under us.
  void set_rule(PortId from, PortId to, const LinkRule& rule);
  void heal();

 private:
  // Announces itself before it waits for the mutex.
  class Caller {
   public:
    explicit Caller(std::atomic<int>& count) : count_(count) { ++count_; }
    ~Caller() {
      if (--count_ == 0) count_.notify_one();
    }
    Caller(const Caller&) = delete;
    Caller& operator=(const Caller&) = delete;

   private:
    std::atomic<int>& count_;
  };
  struct Attached {
    std::unique_ptr<Port> port;
    std::optional<EnvironmentError> failure;
  };

  bool deliver(PortId to, std::span<const std::byte> packet) override;
  bool watches() const override { return capture_.has_value(); }
  void see(const Sighting& sighting) override;

  void run();
  void let_callers_in() const;
  // Waits until a port is readable, a packet is due or someone wakes us.
  void wait();
  void serve(PortId id);
  void give_up(PortId id, const EnvironmentError& error);
  void release_due();

  mutable std::mutex mutex_;  // guards everything below but what is marked
  std::atomic<int> callers_ = 0;
  std::atomic<bool> stopping_ = false;
  Forwarding forwarding_;
  std::vector<Attached> ports_;  // grows before start only
  std::optional<Capture> capture_;
  Instant unix_minus_steady_{};
  std::vector<std::byte> buffer_;         // thread only
  std::array<epoll_event, 64> events_{};  // thread only
  int ready_ = 0;                         // thread only: how many events_ there are
  Descriptor epoll_;
  Descriptor event_;
  std::thread thread_;
};

Switch::Implementation::Implementation(std::uint64_t seed)
    : forwarding_(seed, *this),
      buffer_(largest_packet),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!epoll_.is_open()) throw EnvironmentError("cannot create", "an epoll descriptor", errno);
  if (!event_.is_open()) throw EnvironmentError("cannot create", "an event descriptor", errno);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = wake_mark;
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, event_.get(), &event) != 0) {
    throw EnvironmentError("cannot watch", "the switch's event descriptor", errno);
  }
}

Switch::Implementation::~Implementation() {
  if (!thread_.joinable()) return;
  stopping_ = true;
  wake();
  thread_.join();
}

PortId Switch::Implementation::attach(std::string name, Ipv4 address, std::unique_ptr<Port> port) {
  if (thread_.joinable()) throw std::logic_error("Switch::attach after start");
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = ports_.size();
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, port->descriptor(), &event) != 0) {
    throw EnvironmentError("cannot watch", "the device of " + name, errno);
  }
  const PortId id = forwarding_.add_port(std::move(name), address);
  ports_.push_back(Attached{std::move(port), std::nullopt});
  return id;
}

void Switch::Implementation::start(const std::filesystem::path& capture) {
  if (thread_.joinable()) throw std::logic_error("Switch::start twice");
  if (!capture.empty()) {
    std::vector<std::string> names;
    for (PortId id = 0; id < forwarding_.ports(); ++id) names.push_back(forwarding_.name(id));
    capture_.emplace(capture, names);
    unix_minus_steady_ = since_unix_epoch() - steady_now();
  }
  // Signals are for the main thread; a new thread inherits the mask of its maker.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    thread_ = std::thread([this] { run(); });
  } catch (...) {
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    throw;
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void Switch::Implementation::wake() const {
  const std::uint64_t one = 1;
  // Fails only when the counter is full, and then a wake-up is under way anyhow.
  [[maybe_unused]] const auto written = write(event_.get(), &one, sizeof one);
}

void Switch::Implementation::set_rule(PortId from, PortId to, const LinkRule& rule) {
  between_bursts([&](Forwarding& forwarding) {
    for (const PortId id : {from, to}) {
      if (ports_.at(id).failure) throw EnvironmentError(*ports_.at(id).failure);
    }
    const Instant now = steady_now();
    forwarding.set_rule(from, to, rule, now);
    forwarding.release_due(now);  // what was jammed is out before another rule can come
  });
  wake();  // what waits may be due earlier than the thread thinks
}

void Switch::Implementation::heal() {
  between_bursts([](Forwarding& forwarding) {
    const Instant now = steady_now();
    forwarding.heal(now);
    forwarding.release_due(now);
  });
  wake();
}

bool Switch::Implementation::deliver(PortId to, std::span<const std::byte> packet) {
  Attached& attached = ports_[to];
  return !attached.failure && attached.port->write(packet);
}

void Switch::Implementation::see(const Sighting& sighting) {
  if (capture_->failed()) return;
  capture_->add(sighting.machine, sighting.sent, steady_now() + unix_minus_steady_, sighting.packet,
                sighting.comment);
}

void Switch::Implementation::run() {
  pthread_setname_np(pthread_self(), "switch");
  prefer_this_thread();
  while (!stopping_) {
    wait();
    release_due();
    for (int i = 0; i < ready_; ++i) {
      const std::uint64_t mark = events_[i].data.u64;
      if (mark == wake_mark) {
        std::uint64_t count;
        [[maybe_unused]] const auto got = read(event_.get(), &count, sizeof count);
      } else {
        serve(static_cast<PortId>(mark));
      }
    }
  }
  const std::lock_guard lock(mutex_);
  if (capture_) capture_->flush();
}

void Switch::Implementation::let_callers_in() const {
  for (int waiting = callers_; waiting != 0; waiting = callers_) callers_.wait(waiting);
}

void Switch::Implementation::wait() {
  timespec patience{};
  timespec* limit = nullptr;
  std::optional<Instant> due;
  {
    const std::lock_guard lock(mutex_);
    due = forwarding_.next_due();
  }
  if (due) {
    const auto left = std::max(Instant(0), *due - steady_now());
    patience.tv_sec = static_cast<std::time_t>(left.count() / 1'000'000'000);
    patience.tv_nsec = static_cast<long>(left.count() % 1'000'000'000);
    limit = &patience;
  }
  ready_ =
      epoll_pwait2(epoll_.get(), events_.data(), static_cast<int>(events_.size()), limit, nullptr);
  if (ready_ < 0) ready_ = 0;  // EINTR: a debugger; the loop comes back
}

void Switch::Implementation::release_due() {
  let_callers_in();
  const std::lock_guard lock(mutex_);
  forwarding_.release_due(steady_now());
}

void Switch::Implementation::serve(PortId id) {
  let_callers_in();
  const std::lock_guard lock(mutex_);
  Attached& attached = ports_[id];
  if (attached.failure) return;
  try {
    for (int i = 0; i < burst; ++i) {
      const std::size_t size = attached.port->read(buffer_);
      if (size == 0) return;
      forwarding_.accept(id, std::span(buffer_).first(size), steady_now());
    }
  } catch (const EnvironmentError& error) {
    give_up(id, error);
  }
}

void Switch::Implementation::give_up(PortId id, const EnvironmentError& error) {
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, ports_[id].port->descriptor(), nullptr);
  ports_[id].failure = error;
}

Switch::Switch(std::uint64_t seed) : implementation_(std::make_unique<Implementation>(seed)) {}
Switch::~Switch() = default;

PortId Switch::attach(std::string name, Ipv4 address, std::unique_ptr<Port> port) {
  return implementation_->attach(std::move(name), address, std::move(port));
}

void Switch::start(const std::filesystem::path& capture) { implementation_->start(capture); }

void Switch::set_rule(PortId from, PortId to, const LinkRule& rule) {
  implementation_->set_rule(from, to, rule);
}

LinkRule Switch::rule(PortId from, PortId to) const {
  return implementation_->between_bursts(
      [&](Forwarding& forwarding) { return forwarding.rule(from, to); });
}

LinkCounters Switch::counters(PortId from, PortId to) const {
  return implementation_->between_bursts(
      [&](Forwarding& forwarding) { return forwarding.counters(from, to); });
}

void Switch::heal() { implementation_->heal(); }

}  // namespace faultrig::live
