#include "targets/host/trace_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "checkers/history/json.hpp"
#include "harness/errors.hpp"
#include "targets/host/log_line.hpp"

namespace faultrig::host {

TraceFile::TraceFile(std::string file, NodeName node)
    : file_(std::move(file)), node_(std::move(node)) {
  if (file_.empty()) return;
  descriptor_ = ::open(file_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (descriptor_ < 0) throw EnvironmentError("cannot open the trace file", file_, errno);
}

TraceFile::~TraceFile() {
  flush();
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool TraceFile::ends_within_a_line() const {
  struct stat about {};
  if (::fstat(descriptor_, &about) != 0 || !S_ISREG(about.st_mode) || about.st_size == 0) {
    return false;
  }
  char last = '\n';
  return ::pread(descriptor_, &last, 1, about.st_size - 1) == 1 && last != '\n';
}

void TraceFile::add(NodeTime now, const std::string& event, const Value& fields) {
  if (descriptor_ < 0) return;
  // Not when opening: a second process that ends before its first event must leave the file alone.
  if ((seq_ == 0 || has_failed_) && lines_.empty() && ends_within_a_line()) lines_ += '\n';
  Value::Map line = fields.is_map() ? fields.as_map() : Value::Map();
  line.emplace_back("t", now.count());
  line.emplace_back("node", node_);
  line.emplace_back("seq", ++seq_);
  line.emplace_back("event", event);
  lines_ += to_json(Value(std::move(line)));
  lines_ += '\n';
}

void TraceFile::flush() {
  std::string_view rest = lines_;
  while (!rest.empty() && descriptor_ >= 0) {
    const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
    if (written >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      if (!has_failed_) {
        log_line(node_, "cannot write the trace file " + file_ + ": " + std::strerror(errno) +
                            "; there is a gap in the trace");
      }
      has_failed_ = true;
      break;
    }
  }
  lines_.clear();
}

}  // namespace faultrig::host
