#include "harness/live/clock/exec_supervisor.hpp"

#include <elf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <optional>

#include "harness/errors.hpp"
#include "harness/live/clock/real_functions.hpp"

namespace faultrig::live {
namespace {

constexpr std::uint64_t kernel_restorer = 0x0400'0000;  // SA_RESTORER, which x86-64 demands

// What becomes of programs without the image where waits are trapped.
constexpr const char* not_executed = "; it was not executed, since waits are trapped";
constexpr const char* ended_by_trap =
    "; it is ended by SIGSYS at the first call that is trapped (trap_waits)";

Mapping map_follow_page(const ClockFiles& files) {
  return Mapping(nullptr, FollowPage::size, PROT_READ | PROT_WRITE, MAP_SHARED, files.follow,
                 ImageLayout::follow, "the count of a node's execs");
}

void count_on(FollowPage& page, const std::string& why_not) {
  if (why_not.empty()) {
    __atomic_fetch_add(&page.followed, 1, __ATOMIC_RELEASE);
    return;
  }
  const std::size_t size = std::min(why_not.size(), sizeof page.why_not - 1);
  std::memcpy(page.why_not, why_not.data(), size);
  page.why_not[size] = '\0';
  __atomic_fetch_add(&page.not_followed, 1, __ATOMIC_RELEASE);
}

// On the stack of a fresh program: argc, arguments, 0, environment, 0, then pairs up to AT_NULL.
std::optional<AuxiliaryVector> find_vdso(Tracee& tracee) {
  std::array<std::uint64_t, 64> block;
  std::uint64_t block_at = 0, block_size = 0;  // in words
  std::uint64_t at = tracee.stack();
  const auto word = [&](std::uint64_t address) -> std::optional<std::uint64_t> {
    if (block_size == 0 || address < block_at || address >= block_at + block_size * 8) {
      // Not beyond the page: it may be the last one.
      block_at = address;
      block_size = std::min<std::uint64_t>(block.size(), (4096 - address % 4096) / 8);
      if (block_size == 0 || !tracee.read(address, block.data(), block_size * 8))
        return std::nullopt;
    }
    return block[(address - block_at) / 8];
  };
  const auto arguments = word(at);
  if (!arguments) return std::nullopt;
  at += 8 * (*arguments + 2);
  while (true) {  // the environment
    const auto entry = word(at);
    if (!entry) return std::nullopt;
    at += 8;
    if (*entry == 0) break;
  }
  for (;; at += 16) {
    const auto key = word(at), value = word(at + 8);
    if (!key || !value || *key == AT_NULL) return std::nullopt;
    if (*key == AT_SYSINFO_EHDR) return AuxiliaryVector{*value, at + 8};
  }
}

// A 32-bit program has another vDSO than we have.
bool has_our_kind_of_vdso(Tracee& tracee, std::uint64_t vdso) {
  char header[sizeof(Elf64_Ehdr)];
  return tracee.read(vdso, header, sizeof header) &&
         std::memcmp(header, own_vdso(), sizeof header) == 0;
}

// The failed exec was made by the instruction just before the one at which it goes on. A 32-bit
// program makes its calls otherwise and keeps the descriptor.
void close_after_failure(Tracee& tracee, std::uint64_t descriptor) {
  const std::uint64_t instruction = tracee.call_instruction();
  unsigned char bytes[2] = {};
  if (!tracee.read(instruction, bytes, 2) || bytes[0] != 0x0f || bytes[1] != 0x05) return;
  tracee.call(instruction, SYS_close, {descriptor});
}

}  // namespace

void count_unfollowed(const ClockFiles& files, const std::string& why_not) {
  const Mapping page = map_follow_page(files);
  count_on(*reinterpret_cast<FollowPage*>(page.start()), why_not);
}

ExecSupervisor::ExecSupervisor(ExecFilter filter, const ClockFiles& files, int proc,
                               Tracee::Ended ended)
    : filter_(std::move(filter)),
      clock_(::fcntl(files.clock, F_DUPFD_CLOEXEC, 3)),
      proc_(proc),
      ended_(std::move(ended)),
      traps_waits_(files.trap_waits),
      follow_(map_follow_page(files)) {
  if (!clock_.is_open()) throw EnvironmentError("cannot keep", "a node's clock", errno);
  if (own_vdso() != nullptr) vdso_ = read_elf_image(own_vdso());
  if (traps_waits_) {
    const Mapping image(nullptr, ImageLayout::functions, PROT_READ, MAP_PRIVATE, files.clock, 0,
                        "the image of a node's clock");
    image_ = read_elf_image(image.start());
  }
  seccomp_notif_sizes sizes{};
  if (::syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) != 0)
    throw EnvironmentError("cannot supervise", "the execs of a node", errno);
  request_.resize(std::max<std::size_t>(sizes.seccomp_notif, sizeof(seccomp_notif)));
  response_.resize(std::max<std::size_t>(sizes.seccomp_notif_resp, sizeof(seccomp_notif_resp)));
}

bool ExecSupervisor::receive(Asked& asked) {
  std::fill(request_.begin(), request_.end(), '\0');
  // Fails when who asked was interrupted meanwhile; then it asks again.
  if (::ioctl(descriptor(), SECCOMP_IOCTL_NOTIF_RECV, request_.data()) != 0) return false;
  seccomp_notif request;
  std::memcpy(&request, request_.data(), sizeof request);
  asked = {request.id, static_cast<pid_t>(request.pid)};
  return true;
}

// With an error the exec fails.
bool ExecSupervisor::answer(const Asked& asked, int error) {
  std::fill(response_.begin(), response_.end(), '\0');
  seccomp_notif_resp response{};
  response.id = asked.id;
  response.error = -error;
  if (error == 0) response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
  std::memcpy(response_.data(), &response, sizeof response);
  return ::ioctl(descriptor(), SECCOMP_IOCTL_NOTIF_SEND, response_.data()) == 0;
}

// The number under which the file is open in who asked; -1 with errno.
int ExecSupervisor::lend_clock(const Asked& asked) {
  seccomp_notif_addfd lent{};
  lent.id = asked.id;
  lent.srcfd = static_cast<std::uint32_t>(clock_.get());
  return ::ioctl(descriptor(), SECCOMP_IOCTL_NOTIF_ADDFD, &lent);
}

pid_t ExecSupervisor::process_of(pid_t thread) const {
  const Descriptor file(
      ::openat(proc_, fmt::format("{}/status", thread).c_str(), O_RDONLY | O_CLOEXEC));
  char text[1024] = {};
  if (!file.is_open() || ::read(file.get(), text, sizeof text - 1) <= 0) return thread;
  const char* line = std::strstr(text, "\nTgid:");
  return line == nullptr ? thread : std::atoi(line + 6);
}

void ExecSupervisor::serve() {
  Asked asked;
  if (!receive(asked)) return;
  try {
    follow(asked);
  } catch (const TraceeGone&) {  // killed on the way
  }
}

void ExecSupervisor::follow(Asked asked) {
  Tracee tracee(asked.thread, process_of(asked.thread), ended_);
  if (!tracee.is_seized()) {
    // Not that it is a program yet: an exec that fails is counted as well.
    const bool is_told = answer(asked, traps_waits_ ? EPERM : 0);
    if (is_told) count(tracee.why_not() + (traps_waits_ ? not_executed : ""));
    return;
  }
  // Whatever fails from here on: the thread is held once, looked at, and let go. When it was
  // interrupted meanwhile, so that there is nothing to answer, it asks again then.
  const int lent = lend_clock(asked);
  const int error = errno;
  // Told to stop before it may go on, it stops at the end of its call and not a while after it. One
  // that can be interrupted in its wait must not be told before; when its exec fails, what it was
  // lent may stay open.
  if (filter_.waits_for_answer) tracee.interrupt();
  const bool goes_on = answer(asked, lent < 0 && traps_waits_ ? error : 0);
  if (!filter_.waits_for_answer) tracee.interrupt();
  const bool has_executed = tracee.hold();
  if (lent >= 0) {
    const auto descriptor = static_cast<std::uint64_t>(lent);
    if (has_executed) {
      count(give_clock(tracee, descriptor));
    } else {
      close_after_failure(tracee, descriptor);
    }
  } else if (goes_on && (has_executed || traps_waits_)) {
    count(fmt::format("it could not be handed the clock: {}{}", std::strerror(error),
                      traps_waits_ ? not_executed : ""));
  }
  tracee.let_go();
}

// Why it could not be; empty when the program follows the node's clock now.
std::string ExecSupervisor::give_clock(Tracee& tracee, std::uint64_t descriptor) {
  if (!tracee.is_64_bit()) return "it is a 32-bit program";
  const std::optional<AuxiliaryVector> vector = find_vdso(tracee);
  if (!vector || !has_our_kind_of_vdso(tracee, vector->vdso)) {
    return std::string("the kernel gave it another vDSO than ours, or none") +
           (traps_waits_ ? ended_by_trap : "");
  }
  const std::uint64_t instruction = vector->vdso + vdso_.system_call.value_or(0);
  const std::uint64_t place = traps_waits_ ? ImageLayout::fixed_start : 0;
  const std::uint64_t how = traps_waits_ ? MAP_PRIVATE | MAP_FIXED_NOREPLACE : MAP_PRIVATE;
  const std::int64_t start = tracee.call(
      instruction, SYS_mmap, {place, ImageLayout::size, PROT_READ | PROT_EXEC, how, descriptor, 0});
  std::string why;
  if (start < 0 && start > -4096) {
    why = fmt::format("the clock cannot be mapped into it: {}", std::strerror(int(-start)));
  } else if (!fill_in(tracee, instruction, static_cast<std::uint64_t>(start), descriptor,
                      *vector)) {
    why = "the clock cannot be filled in";
  } else if (traps_waits_ && !become_handler(tracee, static_cast<std::uint64_t>(start))) {
    why = "the clock cannot be made to handle its waits";
  }
  tracee.call(instruction, SYS_close, {descriptor});
  if (traps_waits_ && !why.empty()) why += ended_by_trap;
  return why;
}

bool ExecSupervisor::fill_in(Tracee& tracee, std::uint64_t instruction, std::uint64_t start,
                             std::uint64_t descriptor, const AuxiliaryVector& vector) {
  const std::uint64_t page = start + ImageLayout::page;
  const std::int64_t mapped = tracee.call(
      instruction, SYS_mmap,
      {page, ClockPage::size, PROT_READ, MAP_SHARED | MAP_FIXED, descriptor, ImageLayout::page});
  if (static_cast<std::uint64_t>(mapped) != page) return false;
  const RealFunctions real = real_functions(vdso_, vector.vdso);
  std::array<std::uint64_t, sizeof real / sizeof(std::uint64_t)> words;
  std::memcpy(words.data(), &real, sizeof real);
  for (std::size_t i = 0; i < words.size(); ++i)
    if (!tracee.write_word(start + ImageLayout::functions + i * 8, words[i])) return false;
  return tracee.write_word(vector.vdso_slot, start);
}

// The call is one of those that are trapped, so it is made from within the image.
bool ExecSupervisor::become_handler(Tracee& tracee, std::uint64_t start) {
  if (start != ImageLayout::fixed_start || !image_.system_call) return false;
  const KernelAction action{start + image_.find("faultrig_on_trap"),
                            SA_SIGINFO | SA_ONSTACK | kernel_restorer,
                            start + image_.find("faultrig_return"), ~std::uint64_t{0}};
  std::array<std::uint64_t, sizeof action / sizeof(std::uint64_t)> words;
  std::memcpy(words.data(), &action, sizeof action);
  const std::uint64_t place = start + ImageLayout::action;
  for (std::size_t i = 0; i < words.size(); ++i)
    if (!tracee.write_word(place + i * 8, words[i])) return false;
  tracee.unblock(SIGSYS);
  return tracee.call(start + *image_.system_call, SYS_rt_sigaction,
                     {SIGSYS, place, 0, sizeof action.mask}) == 0;
}

void ExecSupervisor::count(const std::string& why_not) {
  count_on(*reinterpret_cast<FollowPage*>(follow_.start()), why_not);
}

}  // namespace faultrig::live
