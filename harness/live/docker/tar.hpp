// Files as one tar archive, the form in which an engine takes images and build contexts: ustar,
// POSIX.1-1988. Pure, and the same files are the same bytes: no times, no owners. Names go up to
// 100 bytes, or to 256 with a slash in the right place.
#pragma once

#include <string>
#include <string_view>

namespace faultrig::live {

class TarWriter {
 public:
  // `path` is relative, without a leading slash; `mode` the permission bits. Throw UsageError for a
  // name that the format cannot hold.
  void add_file(std::string_view path, std::string_view content, unsigned mode);
  void add_folder(std::string_view path, unsigned mode);
  void add_link(std::string_view path, std::string_view leads_to);
  // The whole archive; the writer is empty afterwards.
  std::string finish();

 private:
  struct Header;
  void add_header(std::string_view path, unsigned mode, std::size_t size, char kind,
                  std::string_view link = "");
  std::string bytes_;
};

}  // namespace faultrig::live
