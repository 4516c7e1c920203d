#include "harness/live/docker/tar.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <numeric>
#include <utility>

#include "harness/errors.hpp"

namespace faultrig::live {
namespace {

constexpr std::size_t block = 512;

// Octal with leading zeros and a NUL, as every reader understands.
void put_number(char* place, std::size_t width, std::size_t number) {
  const std::string text = fmt::format("{:0{}o}", number, width - 1);
  std::memcpy(place, text.c_str(), width);
}

void put_text(char* place, std::size_t width, std::string_view text) {
  std::memcpy(place, text.data(), std::min(width, text.size()));
}

// Where a long path is cut into prefix and name: at a slash that leaves both short enough.
std::size_t cut_of(std::string_view path, std::size_t prefix_width, std::size_t name_width) {
  for (std::size_t at = std::min(prefix_width, path.size() - 1); at > 0; --at) {
    if (path[at] == '/' && path.size() - at - 1 <= name_width && at + 1 < path.size()) return at;
  }
  return std::string_view::npos;
}

}  // namespace

struct TarWriter::Header {
  char name[100] = {};
  char mode[8] = {};
  char user[8] = {};
  char group[8] = {};
  char size[12] = {};
  char time[12] = {};
  char checksum[8] = {};
  char kind = '0';
  char link[100] = {};
  char magic[8] = {'u', 's', 't', 'a', 'r', '\0', '0', '0'};
  char user_name[32] = {};
  char group_name[32] = {};
  char device_major[8] = {};
  char device_minor[8] = {};
  char prefix[155] = {};
  char padding[12] = {};
};

void TarWriter::add_header(std::string_view path, unsigned mode, std::size_t size, char kind,
                           std::string_view link) {
  Header header;
  static_assert(sizeof header == block);
  const auto refuse = [](std::string_view name) {
    throw UsageError(fmt::format("the path {} is too long for a tar archive", name),
                     "shorten it, or leave the file out of the folder");
  };
  if (path.size() <= sizeof header.name) {
    put_text(header.name, sizeof header.name, path);
  } else {
    const std::size_t cut = cut_of(path, sizeof header.prefix, sizeof header.name);
    if (cut == std::string_view::npos) refuse(path);
    put_text(header.prefix, sizeof header.prefix, path.substr(0, cut));
    put_text(header.name, sizeof header.name, path.substr(cut + 1));
  }
  if (link.size() > sizeof header.link) refuse(link);
  put_text(header.link, sizeof header.link, link);
  put_number(header.mode, sizeof header.mode, mode & 07777);
  put_number(header.user, sizeof header.user, 0);
  put_number(header.group, sizeof header.group, 0);
  put_number(header.size, sizeof header.size, size);
  put_number(header.time, sizeof header.time, 0);
  header.kind = kind;
  // The checksum is that of the header with spaces in its own place.
  std::memset(header.checksum, ' ', sizeof header.checksum);
  const auto* first = reinterpret_cast<const unsigned char*>(&header);
  put_number(header.checksum, sizeof header.checksum - 1,
             std::accumulate(first, first + block, 0u));
  bytes_.append(reinterpret_cast<const char*>(&header), block);
}

void TarWriter::add_file(std::string_view path, std::string_view content, unsigned mode) {
  constexpr std::size_t largest = (std::size_t{1} << 33) - 1;  // eleven octal digits
  if (content.size() > largest) {
    throw UsageError(fmt::format("the file {} is too large for a tar archive", path));
  }
  add_header(path, mode, content.size(), '0');
  bytes_ += content;
  bytes_.resize((bytes_.size() + block - 1) / block * block);
}

void TarWriter::add_folder(std::string_view path, unsigned mode) {
  add_header(std::string(path) + "/", mode, 0, '5');
}

void TarWriter::add_link(std::string_view path, std::string_view leads_to) {
  add_header(path, 0777, 0, '2', leads_to);
}

std::string TarWriter::finish() {
  bytes_.resize(bytes_.size() + 2 * block);  // two empty blocks end it
  return std::exchange(bytes_, {});
}

}  // namespace faultrig::live
