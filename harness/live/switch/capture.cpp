#include "harness/live/switch/capture.hpp"

#include <cerrno>
#include <cstring>

#include "harness/errors.hpp"

namespace faultrig::live {
namespace {

namespace block_type {
constexpr std::uint32_t section_header = 0x0a0d0d0a, interface_description = 1, enhanced_packet = 6;
}
namespace option {
constexpr std::uint16_t end = 0, comment = 1, packet_flags = 2, interface_name = 2, application = 4,
                        time_resolution = 9;
}
constexpr std::uint32_t byte_order_magic = 0x1a2b3c4d;
constexpr std::uint16_t link_type_raw = 101;
constexpr std::uint32_t inbound = 1, outbound = 2;

using Bytes = std::vector<std::byte>;

// Numbers are in the writer's byte order, which the section header's magic tells the reader.
template <typename T>
void put(Bytes& bytes, T value) {
  bytes.resize(bytes.size() + sizeof value);
  std::memcpy(bytes.data() + bytes.size() - sizeof value, &value, sizeof value);
}

void put_padded(Bytes& bytes, std::span<const std::byte> content) {
  bytes.insert(bytes.end(), content.begin(), content.end());
  while (bytes.size() % 4 != 0) bytes.push_back(std::byte{0});
}

void put_option(Bytes& bytes, std::uint16_t code, std::span<const std::byte> value) {
  put(bytes, code);
  put(bytes, static_cast<std::uint16_t>(value.size()));
  put_padded(bytes, value);
}

void put_option(Bytes& bytes, std::uint16_t code, std::string_view text) {
  put_option(bytes, code, std::as_bytes(std::span(text.substr(0, 65535))));
}

void put_end_of_options(Bytes& bytes) {
  put(bytes, option::end);
  put(bytes, std::uint16_t{0});
}

}  // namespace

Capture::Capture(const std::filesystem::path& file, const std::vector<std::string>& machines)
    : file_(std::fopen(file.c_str(), "wbe")) {
  if (!file_) throw EnvironmentError("cannot write the capture", file.string(), errno);
  std::setvbuf(file_.get(), nullptr, _IOFBF, 1 << 18);
  put(body_, byte_order_magic);
  put(body_, std::uint16_t{1});  // version 1.0
  put(body_, std::uint16_t{0});
  put(body_, std::int64_t{-1});  // the section's length is not known
  put_option(body_, option::application, "faultrig");
  put_end_of_options(body_);
  write_block(block_type::section_header);
  for (const std::string& machine : machines) {
    put(body_, link_type_raw);
    put(body_, std::uint16_t{0});
    put(body_, std::uint32_t{0});  // packets are never cut short
    put_option(body_, option::interface_name, machine);
    const std::byte nanoseconds{9};  // 10 to the minus 9
    put_option(body_, option::time_resolution, std::span(&nanoseconds, 1));
    put_end_of_options(body_);
    write_block(block_type::interface_description);
  }
  flush();
  if (failed_) throw EnvironmentError("cannot write the capture", file.string(), errno);
}

void Capture::add(std::uint32_t machine, bool sent, std::chrono::nanoseconds time,
                  std::span<const std::byte> packet, std::string_view comment) {
  const auto stamp = static_cast<std::uint64_t>(time.count());
  put(body_, machine);
  put(body_, static_cast<std::uint32_t>(stamp >> 32));
  put(body_, static_cast<std::uint32_t>(stamp));
  put(body_, static_cast<std::uint32_t>(packet.size()));  // captured
  put(body_, static_cast<std::uint32_t>(packet.size()));  // on the wire
  put_padded(body_, packet);
  const std::uint32_t direction = sent ? outbound : inbound;
  put_option(body_, option::packet_flags, std::as_bytes(std::span(&direction, 1)));
  if (!comment.empty()) put_option(body_, option::comment, comment);
  put_end_of_options(body_);
  write_block(block_type::enhanced_packet);
}

void Capture::write_block(std::uint32_t type) {
  const std::uint32_t length = static_cast<std::uint32_t>(body_.size() + 12);
  const std::uint32_t head[] = {type, length};
  if (!failed_) {
    failed_ = std::fwrite(head, sizeof head, 1, file_.get()) != 1 ||
              std::fwrite(body_.data(), body_.size(), 1, file_.get()) != 1 ||
              std::fwrite(&length, sizeof length, 1, file_.get()) != 1;
  }
  body_.clear();
}

void Capture::flush() {
  if (std::fflush(file_.get()) != 0) failed_ = true;
}

}  // namespace faultrig::live
