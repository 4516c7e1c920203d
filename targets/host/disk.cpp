#include "targets/host/disk.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include "harness/errors.hpp"
#include "targets/host/log_line.hpp"

namespace faultrig::host {
namespace {

constexpr const char* temporary_suffix = ".replacing";
constexpr std::chrono::milliseconds unsynced_patience{1000};

std::string slurp(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (!in) throw EnvironmentError("cannot read", path.string(), errno);
  return bytes;
}

}  // namespace

class Disk::Worker {
 public:
  Worker(NodeName node, std::string folder, std::function<void(std::vector<PersistId>)> done)
      : node_(std::move(node)), folder_(std::move(folder)), done_(std::move(done)) {
    thread_ = std::thread([this] { run(); });
  }
  ~Worker() {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    wake_.notify_one();
    thread_.join();
    for (auto& [name, file] : files_) {
      if (file.descriptor >= 0) ::close(file.descriptor);
    }
  }
  void submit(DiskWrite write) {
    {
      const std::lock_guard lock(mutex_);
      queue_.push_back(std::move(write));
    }
    wake_.notify_one();
  }

 private:
  struct File {
    int descriptor = -1;
    // Not yet handed to the system: a new content, if any, and then what follows it.
    std::optional<std::string> unsynced_replacement;
    std::string unsynced;
    bool has_unsynced() const { return unsynced_replacement || !unsynced.empty(); }
  };

  void run() {
    while (true) {
      std::vector<DiskWrite> batch;
      bool ending = false;
      {
        std::unique_lock lock(mutex_);
        const auto ready = [this] { return ending_ || !queue_.empty(); };
        if (unsynced_since_) {
          wake_.wait_until(lock, *unsynced_since_ + unsynced_patience, ready);
        } else {
          wake_.wait(lock, ready);
        }
        batch.swap(queue_);
        ending = ending_;
      }
      perform(batch);
      const bool overdue = unsynced_since_ &&
                           std::chrono::steady_clock::now() >= *unsynced_since_ + unsynced_patience;
      if (ending || overdue) flush_all();
      if (ending) return;
    }
  }

  void perform(const std::vector<DiskWrite>& batch) {
    std::vector<PersistId> ids;
    std::set<std::string> dirty;
    for (const DiskWrite& write : batch) {
      File& file = files_[write.file];
      if (!write.sync) {
        hold_back(file, write);
        continue;
      }
      flush(write.file, file);
      if (write.kind == DiskWrite::Kind::replace) {
        replace(write.file, file, write.bytes, true);
        dirty.erase(write.file);  // what was appended before is gone with the old content
      } else {
        append(write.file, file, write.bytes);
        dirty.insert(write.file);
      }
      ids.push_back(write.id);
    }
    for (const std::string& name : dirty) {
      if (::fdatasync(files_[name].descriptor) != 0) fail("sync", name);
    }
    if (!ids.empty()) done_(std::move(ids));
  }

  void hold_back(File& file, const DiskWrite& write) {
    if (write.kind == DiskWrite::Kind::replace) {
      file.unsynced_replacement = write.bytes;
      file.unsynced.clear();
    } else {
      file.unsynced += write.bytes;
    }
    if (!unsynced_since_) unsynced_since_ = std::chrono::steady_clock::now();
  }

  void flush_all() {
    for (auto& [name, file] : files_) flush(name, file);
    unsynced_since_.reset();
  }

  void flush(const std::string& name, File& file) {
    if (!file.has_unsynced()) return;
    if (file.unsynced_replacement) replace(name, file, *file.unsynced_replacement, false);
    if (!file.unsynced.empty()) append(name, file, file.unsynced);
    file.unsynced_replacement.reset();
    file.unsynced.clear();
  }

  void append(const std::string& name, File& file, std::string_view bytes) {
    if (file.descriptor < 0) {
      const bool is_new = ::access(path(name).c_str(), F_OK) != 0;
      file.descriptor = open(name, O_APPEND);
      if (is_new) sync_folder();
    }
    write_all(file.descriptor, name, bytes);
  }

  void replace(const std::string& name, File& file, std::string_view bytes, bool sync) {
    const std::string temporary = name + temporary_suffix;
    const int descriptor = open(temporary, O_TRUNC | O_APPEND);
    write_all(descriptor, temporary, bytes);
    if (sync && ::fsync(descriptor) != 0) fail("sync", temporary);
    if (::rename(path(temporary).c_str(), path(name).c_str()) != 0) fail("rename", temporary);
    if (sync) sync_folder();
    if (file.descriptor >= 0) ::close(file.descriptor);
    file.descriptor = descriptor;
  }

  int open(const std::string& name, int flags) {
    const int descriptor = ::open(path(name).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0644);
    if (descriptor < 0) fail("open", name);
    return descriptor;
  }

  void write_all(int descriptor, const std::string& name, std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail("write", name);
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  void sync_folder() {
    const int descriptor = ::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0 || ::fsync(descriptor) != 0) fail("sync the folder of", "the data");
    ::close(descriptor);
  }

  std::string path(const std::string& name) const { return folder_ + "/" + name; }

  [[noreturn]] void fail(std::string_view action, const std::string& name) {
    log_line(node_, fmt::format("cannot {} {}: {}; ending, because a node that cannot keep its "
                                "promises must not go on",
                                action, path(name), std::strerror(errno)));
    ::_exit(1);
  }

  NodeName node_;
  std::string folder_;
  std::function<void(std::vector<PersistId>)> done_;
  std::mutex mutex_;  // guards queue_ and ending_; the rest belongs to the thread
  std::condition_variable wake_;
  std::vector<DiskWrite> queue_;
  bool ending_ = false;
  std::map<std::string, File> files_;
  std::optional<std::chrono::steady_clock::time_point> unsynced_since_;
  std::thread thread_;
};

Disk::Disk(NodeName node, std::string folder, std::function<void(std::vector<PersistId>)> done)
    : folder_(std::move(folder)) {
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  if (error) throw EnvironmentError("cannot make the data folder", folder_, error.value());
  worker_ = std::make_unique<Worker>(std::move(node), folder_, std::move(done));
}

Disk::~Disk() = default;

DiskImage Disk::read_all() const {
  DiskImage image;
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    const std::string name = entry.path().filename().string();
    // A replacement that a crash cut short never happened.
    if (!entry.is_regular_file() || name.ends_with(temporary_suffix)) continue;
    image[name] = slurp(entry.path());
  }
  return image;
}

void Disk::submit(DiskWrite write) { worker_->submit(std::move(write)); }

}  // namespace faultrig::host
