#include "harness/node/record_file.hpp"

#include <cstdint>

#include "harness/node/crc32c.hpp"

namespace faultrig {
namespace {

constexpr std::size_t header_size = 8;

void set_word(std::string& out, std::size_t at, std::uint32_t word) {
  for (std::size_t i = 0; i < 4; ++i) out[at + i] = static_cast<char>((word >> (8 * i)) & 0xff);
}

std::uint32_t read_word(std::string_view bytes) {
  std::uint32_t word = 0;
  for (std::size_t i = 4; i > 0; --i) word = (word << 8) | static_cast<unsigned char>(bytes[i - 1]);
  return word;
}

}  // namespace

std::size_t begin_record(std::string& out) {
  const std::size_t begun = out.size();
  out.append(header_size, '\0');
  return begun;
}

void end_record(std::string& out, std::size_t begun) {
  const std::string_view payload = std::string_view(out).substr(begun + header_size);
  set_word(out, begun, static_cast<std::uint32_t>(payload.size()));
  set_word(out, begun + 4, crc32c(payload));
}

std::optional<TornTail> read_records(std::string_view bytes,
                                     const std::function<std::string(std::string_view)>& take) {
  std::size_t at = 0;
  const auto torn = [&](std::string why) {
    return TornTail{at, bytes.size() - at, std::move(why)};
  };
  while (at < bytes.size()) {
    if (bytes.size() - at < header_size) return torn("a record's header is cut off");
    const std::size_t length = read_word(bytes.substr(at));
    if (length > bytes.size() - at - header_size) return torn("a record is cut off");
    const std::string_view payload = bytes.substr(at + header_size, length);
    if (crc32c(payload) != read_word(bytes.substr(at + 4))) {
      return torn("a record's checksum is wrong");
    }
    if (std::string why = take(payload); !why.empty()) return torn(std::move(why));
    at += header_size + length;
  }
  return std::nullopt;
}

}  // namespace faultrig
