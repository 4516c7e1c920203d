#include "harness/live/local/trace_tail.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>

#include "harness/live/switch/descriptor.hpp"

namespace faultrig::live {

TraceTail::TraceTail(NodeName node, std::filesystem::path file)
    : node_(std::move(node)), file_(std::move(file)) {}

void TraceTail::read(std::vector<TraceEvent>& events) {
  const Descriptor file(::open(file_.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat about {};
  if (!file.is_open() || ::fstat(file.get(), &about) != 0) return;  // nothing traced yet
  if (about.st_size < offset_) {
    offset_ = 0;
    unfinished_.clear();
  }
  std::array<char, 65536> chunk;
  for (ssize_t size; (size = ::pread(file.get(), chunk.data(), chunk.size(), offset_)) > 0;) {
    offset_ += size;
    unfinished_.append(chunk.data(), static_cast<std::size_t>(size));
    std::size_t start = 0;
    for (std::size_t end; (end = unfinished_.find('\n', start)) != std::string::npos;) {
      const auto line = std::string_view(unfinished_).substr(start, end - start);
      if (auto event = read_trace_line(node_, line)) events.push_back(std::move(*event));
      start = end + 1;
    }
    unfinished_.erase(0, start);
  }
}

}  // namespace faultrig::live
