#include "harness/store.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>

namespace faultrig {
namespace {

namespace fs = std::filesystem;

std::string hint_for(int error) {
  if (error == ENOSPC || error == EDQUOT) {
    return "free space on that disk, or choose another folder for the runs; what was written "
           "before is kept";
  }
  if (error == EACCES || error == EPERM || error == EROFS) {
    return "choose a folder you may write to";
  }
  return "";
}

[[noreturn]] void refuse(const char* action, const fs::path& path, int error) {
  throw EnvironmentError(action, path.string(), error, hint_for(error));
}

// Closes on every way out.
class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return value_; }

 private:
  int value_;
};

// All of it, or an EnvironmentError: write(2) may take less than it was given.
void write_all(int descriptor, std::string_view bytes, const fs::path& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      refuse("cannot write", path, errno);
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void make_folders(const fs::path& path) {
  std::error_code problem;
  fs::create_directories(path, problem);
  if (problem) refuse("cannot make the folder", path, problem.value());
}

// The number of a run folder "0007-name"; 0 for any other name.
int number_of(const std::string& folder) {
  const std::size_t digits = folder.find_first_not_of("0123456789");
  if (digits == std::string::npos || digits < 4 || digits > 9 || folder[digits] != '-') return 0;
  return std::stoi(folder.substr(0, digits));
}

int highest_number(const fs::path& runs) {
  int highest = 0;
  std::error_code problem;
  for (const auto& entry : fs::directory_iterator(runs, problem)) {
    highest = std::max(highest, number_of(entry.path().filename().string()));
  }
  if (problem) refuse("cannot list the folder", runs, problem.value());
  return highest;
}

// Two runs that start at once may each replace the link, but nobody ever sees it missing.
void point_latest_at(const fs::path& runs, const std::string& name) {
  const fs::path fresh = runs / fmt::format(".latest-{}", name);
  ::unlink(fresh.c_str());
  if (::symlink(name.c_str(), fresh.c_str()) != 0) refuse("cannot make the link", fresh, errno);
  const fs::path latest = runs / "latest";
  if (::rename(fresh.c_str(), latest.c_str()) != 0) {
    const int error = errno;
    ::unlink(fresh.c_str());
    refuse("cannot replace the link", latest, error);
  }
}

}  // namespace

LineFile::LineFile(const fs::path& path)
    : path_(path),
      descriptor_(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666)) {
  if (descriptor_ < 0) refuse("cannot open", path_, errno);
}

LineFile::~LineFile() { ::close(descriptor_); }

void LineFile::append(std::string_view line) {
  std::string with_newline(line);
  with_newline += '\n';
  write_all(descriptor_, with_newline, path_);
}

RunFolder RunFolder::create(const fs::path& runs, const std::string& name) {
  make_folders(runs);
  // Runs that start at the same moment take their numbers one after another. Where a file system
  // has no locks, mkdir still decides between runs of one name.
  const Descriptor lock(::open(runs.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (lock.get() < 0) refuse("cannot open the folder", runs, errno);
  while (::flock(lock.get(), LOCK_EX) != 0 && errno == EINTR) {
  }
  for (int number = highest_number(runs) + 1;; ++number) {
    const std::string folder = fmt::format("{:04}-{}", number, name.empty() ? "run" : name);
    const fs::path path = runs / folder;
    if (::mkdir(path.c_str(), 0777) != 0) {
      if (errno == EEXIST) continue;
      refuse("cannot make the folder", path, errno);
    }
    point_latest_at(runs, folder);
    return RunFolder(path);
  }
}

fs::path RunFolder::node(const std::string& name) const {
  fs::path path = path_ / "nodes" / name;
  make_folders(path);
  return path;
}

void write_file(const fs::path& path, std::string_view content) {
  std::error_code ignored;
  const fs::file_status there = fs::status(path, ignored);
  if (fs::exists(there) && !fs::is_regular_file(there)) {
    // A device or a pipe (/dev/stdout) is written to; nothing may take its place.
    const Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (file.get() < 0) refuse("cannot open", path, errno);
    return write_all(file.get(), content, path);
  }
  const fs::path fresh = path.string() + ".new";
  try {
    const Descriptor file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
    if (file.get() < 0) refuse("cannot open", fresh, errno);
    write_all(file.get(), content, path);
  } catch (const EnvironmentError&) {
    ::unlink(fresh.c_str());
    throw;
  }
  if (::rename(fresh.c_str(), path.c_str()) != 0) {
    const int error = errno;
    ::unlink(fresh.c_str());
    refuse("cannot replace", path, error);
  }
}

std::string read_file(const fs::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) refuse("cannot open", path, errno);
  std::string content;
  char buffer[65536];
  while (true) {
    const ssize_t got = ::read(file.get(), buffer, sizeof buffer);
    if (got == 0) return content;
    if (got < 0) {
      if (errno == EINTR) continue;
      refuse("cannot read", path, errno);
    }
    content.append(buffer, static_cast<std::size_t>(got));
  }
}

std::string written_at(const fs::path& path) {
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0) refuse("cannot look at", path, errno);
  std::tm parts{};
  ::gmtime_r(&facts.st_mtim.tv_sec, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

std::vector<std::string> last_lines(const fs::path& path, std::size_t count) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0 || count == 0) return {};
  // Backwards in blocks until enough line ends are in hand; the last byte may be one of them.
  std::string tail;
  off_t at = ::lseek(file.get(), 0, SEEK_END);
  constexpr off_t block = 8192;
  while (at > 0 && static_cast<std::size_t>(std::count(tail.begin(), tail.end(), '\n')) <= count) {
    const off_t from = std::max<off_t>(0, at - block);
    std::string part(static_cast<std::size_t>(at - from), '\0');
    const ssize_t got = ::pread(file.get(), part.data(), part.size(), from);
    if (got != static_cast<ssize_t>(part.size())) break;  // shortened meanwhile: what we have
    tail.insert(0, part);
    at = from;
  }
  std::vector<std::string> lines;
  for (std::size_t start = 0; start < tail.size();) {
    const std::size_t end = std::min(tail.find('\n', start), tail.size());
    lines.push_back(tail.substr(start, end - start));
    start = end + 1;
  }
  if (lines.size() > count) {
    lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(count));
  }
  return lines;
}

}  // namespace faultrig
