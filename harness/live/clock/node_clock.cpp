#include "harness/live/clock/node_clock.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <fstream>
#include <utility>

#include "harness/errors.hpp"
#include "harness/live/clock/real_functions.hpp"

namespace faultrig::live {

#ifdef FAULTRIG_CLOCK_IMAGE
// Written by cmake/clock_image.cmake.
extern const unsigned char clock_image_bytes[];
extern const std::size_t clock_image_bytes_size;
#else
const unsigned char clock_image_bytes[] = {0};
const std::size_t clock_image_bytes_size = 0;
#endif

namespace {

std::int64_t in_nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

// Not through the C library, which may read a clock that lies.
std::int64_t true_time() {
  timespec time{};
  ::syscall(SYS_clock_gettime, CLOCK_REALTIME, &time);
  return in_nanoseconds(time);
}

void expect_possible(const std::string& node) {
  if (const std::string why = clocks_cannot(); !why.empty())
    throw EnvironmentError("cannot make", "the clock of node " + node + ": " + why, 0);
}

// Every byte is written: of a hole on a disk that is full by then a program would die.
bool fill(const Descriptor& file, std::string_view start) {
  std::string content(start);
  content.resize(ImageLayout::file_size);
  return file.is_open() && ::pwrite(file.get(), content.data(), content.size(), 0) ==
                               static_cast<ssize_t>(content.size());
}

Descriptor make_file_in_memory(const std::string& node) {
  expect_possible(node);
  Descriptor file(::memfd_create(("clock-" + node).c_str(), MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!fill(file, clock_image()) ||
      ::fcntl(file.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
    throw EnvironmentError("cannot make", "the clock of node " + node, errno);
  return file;
}

Descriptor make_file(const std::filesystem::path& path, std::string_view start, mode_t mode) {
  Descriptor file(::open(path.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, mode));
  // Whatever the umask is.
  if (!fill(file, start) || ::fchmod(file.get(), mode) != 0)
    throw EnvironmentError("cannot make", path.string(), errno);
  return file;
}

std::string first_line(const char* path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

}  // namespace

std::string_view clock_image() {
  return {reinterpret_cast<const char*>(clock_image_bytes), clock_image_bytes_size};
}

std::string clocks_cannot() {
  if (clock_image().empty())
    return "clocks of programs are set on x86-64 only, and this machine is another";
  if (own_vdso() == nullptr || !read_elf_image(own_vdso()).system_call)
    return "this machine's kernel gives programs no vDSO, through which they read their clocks";
  if (first_line("/proc/sys/kernel/seccomp/actions_avail").find("user_notif") == std::string::npos)
    return "this machine's kernel cannot tell us of execs (seccomp user notification, Linux 5.14)";
  if (first_line("/proc/sys/kernel/yama/ptrace_scope") == "3")
    return "nobody may trace programs here (sysctl kernel.yama.ptrace_scope is 3), not even for "
           "the moment in which they are given their clock";
  return "";
}

Mapping::Mapping(void* address, std::size_t size, int protection, int flags, int file,
                 std::size_t offset, const std::string& what)
    : size_(size) {
  void* start = ::mmap(address, size, protection, flags, file, static_cast<off_t>(offset));
  if (start == MAP_FAILED) throw EnvironmentError("cannot map", what, errno);
  start_ = static_cast<char*>(start);
}

Mapping::~Mapping() {
  if (start_ != nullptr) ::munmap(start_, size_);
}

Mapping::Mapping(Mapping&& other) noexcept
    : start_(std::exchange(other.start_, nullptr)), size_(other.size_) {}

Mapping& Mapping::operator=(Mapping&& other) noexcept {
  std::swap(start_, other.start_);
  std::swap(size_, other.size_);
  return *this;
}

NodeClock::NodeClock(const std::string& node)
    : NodeClock(node, make_file_in_memory(node), Descriptor()) {}

NodeClock::NodeClock(const std::string& node, const std::filesystem::path& folder)
    : NodeClock(node, make_file(folder / clock_file, clock_image(), 0644),
                make_file(folder / follow_file, "", 0666)) {}

NodeClock::NodeClock(const std::string& node, Descriptor file, Descriptor follow)
    : file_(std::move(file)), follow_(std::move(follow)) {
  expect_possible(node);
  const std::string what = "the clock of node " + node;
  page_ = Mapping(nullptr, ClockPage::size, PROT_READ | PROT_WRITE, MAP_SHARED, file_.get(),
                  ImageLayout::page, what);
  // The pages between image and page are written, so they are ours alone.
  image_ = Mapping(nullptr, ImageLayout::size, PROT_READ | PROT_WRITE, MAP_PRIVATE, file_.get(), 0,
                   what);
  char* start = image_.start();
  const RealFunctions real = real_functions(own_vdso());
  std::memcpy(start + ImageLayout::functions, &real, sizeof real);
  if (::mprotect(start, ImageLayout::page, PROT_READ | PROT_EXEC) != 0 ||
      ::mmap(start + ImageLayout::page, ClockPage::size, PROT_READ, MAP_SHARED | MAP_FIXED,
             file_.get(), ImageLayout::page) == MAP_FAILED)
    throw EnvironmentError("cannot map", what, errno,
                           follow_.is_open() && errno == EACCES
                               ? "is the runs folder on a file system without programs (noexec)? "
                                 "try another, by --runs"
                               : "");
  const std::uint64_t function = read_elf_image(start).find("__vdso_clock_gettime");
  read_clock_ = reinterpret_cast<int (*)(int, timespec*)>(start + function);
}

void NodeClock::set(const ClockSetting& setting) {
  reinterpret_cast<ClockPage*>(page_.start())
      ->write({true_time(), setting.offset.count(), setting.drift_ppm, setting.strobe.count(),
               setting.strobe_period.count(), setting.frozen ? 1 : 0});
}

std::chrono::nanoseconds NodeClock::offset() const {
  timespec shown{};
  const std::int64_t before = true_time();
  read_clock_(CLOCK_REALTIME, &shown);
  const std::int64_t after = true_time();
  const std::int64_t least = in_nanoseconds(shown) - after;
  const std::int64_t most = in_nanoseconds(shown) - before;
  // It was read in between: what is within the error is no offset.
  if (least <= 0 && most >= 0) return std::chrono::nanoseconds(0);
  return std::chrono::nanoseconds(least + (most - least) / 2);
}

FollowCounts NodeClock::counts() const {
  // Read and not mapped: a file that others may write can get shorter, which kills who has mapped
  // it.
  FollowPage page{};
  const int file = follow_.is_open() ? follow_.get() : file_.get();
  (void)!::pread(file, &page, sizeof page, ImageLayout::follow);
  FollowCounts counts;
  counts.followed = page.followed;
  counts.not_followed = page.not_followed;
  counts.why_not.assign(page.why_not, ::strnlen(page.why_not, sizeof page.why_not));
  return counts;
}

}  // namespace faultrig::live
