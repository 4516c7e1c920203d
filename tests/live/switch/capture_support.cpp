#include "tests/live/switch/capture_support.hpp"

#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>
#include <span>
#include <stdexcept>

namespace faultrig::live {
namespace {

void require(bool holds, const char* rule) {
  if (!holds) throw std::runtime_error(std::string("not pcapng: ") + rule);
}

class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes) : bytes_(bytes) {}
  bool done() const { return at_ == bytes_.size(); }
  std::span<const std::byte> take(std::size_t size) {
    require(size <= bytes_.size() - at_, "a block ends too early");
    at_ += size;
    return bytes_.subspan(at_ - size, size);
  }
  template <typename T>
  T number() {
    T value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  std::span<const std::byte> padded(std::size_t size) {
    const auto content = take(size);
    for (const std::byte filler : take((4 - size % 4) % 4)) {
      require(filler == std::byte{0}, "padding is zero");
    }
    return content;
  }
  void options(const std::function<void(std::uint16_t, std::span<const std::byte>)>& each) {
    while (!done()) {
      const auto code = number<std::uint16_t>();
      const auto size = number<std::uint16_t>();
      if (code == 0) {
        require(size == 0 && done(), "opt_endofopt is empty and last");
        return;
      }
      each(code, padded(size));
    }
  }

 private:
  std::span<const std::byte> bytes_;
  std::size_t at_ = 0;
};

std::string text(std::span<const std::byte> bytes) {
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

void read_section(Reader body) {
  require(body.number<std::uint32_t>() == 0x1a2b3c4d, "the byte-order magic");
  require(body.number<std::uint16_t>() == 1, "major version 1");
  require(body.number<std::uint16_t>() == 0, "minor version 0");
  require(body.number<std::int64_t>() == -1, "unknown section length");
  body.options([](std::uint16_t, std::span<const std::byte>) {});
}

CaptureFile::Interface read_interface(Reader body) {
  CaptureFile::Interface interface;
  interface.link_type = body.number<std::uint16_t>();
  require(body.number<std::uint16_t>() == 0, "reserved is zero");
  require(body.number<std::uint32_t>() == 0, "no snapshot length");
  body.options([&](std::uint16_t code, std::span<const std::byte> value) {
    if (code == 2) interface.name = text(value);
    if (code == 9) interface.time_resolution = std::to_integer<int>(value[0]);
  });
  return interface;
}

CaptureFile::Packet read_packet(Reader body, std::size_t interfaces) {
  CaptureFile::Packet packet;
  packet.interface = body.number<std::uint32_t>();
  require(packet.interface < interfaces, "the interface is described before its packets");
  packet.time = std::uint64_t{body.number<std::uint32_t>()} << 32;
  packet.time |= body.number<std::uint32_t>();
  const auto captured = body.number<std::uint32_t>();
  require(body.number<std::uint32_t>() == captured, "packets are whole");
  const auto bytes = body.padded(captured);
  packet.bytes.assign(bytes.begin(), bytes.end());
  body.options([&](std::uint16_t code, std::span<const std::byte> value) {
    if (code == 1) packet.comment = text(value);
    if (code == 2) {
      const auto flags = Reader(value).number<std::uint32_t>();
      require((flags & 3) == 1 || (flags & 3) == 2, "a direction");
      packet.outbound = (flags & 3) == 2;
    }
  });
  return packet;
}

}  // namespace

CaptureFile read_capture(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  const std::string content((std::istreambuf_iterator<char>(stream)), {});
  Reader reader(std::as_bytes(std::span(content)));
  CaptureFile capture;
  bool in_section = false;
  while (!reader.done()) {
    const auto type = reader.number<std::uint32_t>();
    const auto length = reader.number<std::uint32_t>();
    require(length >= 12 && length % 4 == 0, "a block's length is a multiple of 4");
    const Reader body(reader.take(length - 12));
    require(reader.number<std::uint32_t>() == length, "a block ends with its length");
    require(in_section == (type != 0x0a0d0d0a), "the file is one section");
    if (type == 0x0a0d0d0a) read_section(body);
    if (type == 1) capture.interfaces.push_back(read_interface(body));
    if (type == 6) capture.packets.push_back(read_packet(body, capture.interfaces.size()));
    in_section = true;
  }
  require(in_section, "a section header");
  return capture;
}

}  // namespace faultrig::live
