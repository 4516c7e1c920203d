#include "harness/live/agent/followed_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <charconv>
#include <fstream>

#include "harness/errors.hpp"
#include "harness/live/agent/protocol.hpp"
#include "harness/live/switch/descriptor.hpp"

namespace faultrig::live {

std::string file_news(const std::filesystem::path& path, std::int64_t& offset) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat about {};
  if (!file.is_open() || ::fstat(file.get(), &about) != 0) return "";
  if (offset < 0 || about.st_size < offset) offset = 0;
  std::string text(most_agent_news, '\0');
  const ssize_t size = ::pread(file.get(), text.data(), text.size(), offset);
  text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return text;
}

void append_news(FollowedFile& file, const std::string& from, const std::string& text) {
  std::int64_t offset = 0;
  std::from_chars(from.data(), from.data() + from.size(), offset);
  const bool begun_anew = offset < file.offset;
  if (text.empty() && !begun_anew) return;
  std::ofstream local(file.local,
                      std::ios::binary | (begun_anew ? std::ios::trunc : std::ios::app));
  local << text;
  if (!local.flush()) throw EnvironmentError("cannot write", file.local.string(), errno);
  file.offset = offset + static_cast<std::int64_t>(text.size());
}

}  // namespace faultrig::live
