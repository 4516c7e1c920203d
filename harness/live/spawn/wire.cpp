#include "harness/live/spawn/wire.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "harness/errors.hpp"

namespace faultrig::live {
namespace {

constexpr std::size_t longest_message = 96 * 1024;
constexpr std::size_t most_descriptors = 3;

struct Head {
  MessageKind kind;
  std::int32_t number;
  std::int32_t error;
  std::uint32_t texts;
};

std::string encode(const WireMessage& message) {
  const Head head{message.kind, message.number, message.error,
                  static_cast<std::uint32_t>(message.texts.size())};
  std::string bytes(reinterpret_cast<const char*>(&head), sizeof head);
  for (const std::string& text : message.texts) {
    const auto size = static_cast<std::uint32_t>(text.size());
    bytes.append(reinterpret_cast<const char*>(&size), sizeof size);
    bytes += text;
  }
  return bytes;
}

WireMessage decode(const std::string& bytes) {
  std::size_t at = 0;
  const auto take = [&](void* target, std::size_t size) {
    if (bytes.size() - at < size) throw std::logic_error("spawn server: a message is cut short");
    std::memcpy(target, bytes.data() + at, size);
    at += size;
  };
  Head head;
  take(&head, sizeof head);
  WireMessage message{head.kind, head.number, head.error, {}, {}};
  for (std::uint32_t i = 0; i < head.texts; ++i) {
    std::uint32_t size = 0;
    take(&size, sizeof size);
    std::string text(size, '\0');
    take(text.data(), size);
    message.texts.push_back(std::move(text));
  }
  return message;
}

union DescriptorSpace {
  cmsghdr alignment;
  char bytes[CMSG_SPACE(most_descriptors * sizeof(int))];
};

void attach(msghdr& header, DescriptorSpace& space, const std::vector<Descriptor>& descriptors) {
  if (descriptors.empty()) return;
  std::memset(&space, 0, sizeof space);
  header.msg_control = space.bytes;
  header.msg_controllen = CMSG_SPACE(descriptors.size() * sizeof(int));
  cmsghdr* part = CMSG_FIRSTHDR(&header);
  part->cmsg_level = SOL_SOCKET;
  part->cmsg_type = SCM_RIGHTS;
  part->cmsg_len = CMSG_LEN(descriptors.size() * sizeof(int));
  for (std::size_t i = 0; i < descriptors.size(); ++i) {
    const int number = descriptors[i].get();
    std::memcpy(CMSG_DATA(part) + i * sizeof(int), &number, sizeof number);
  }
}

void detach(msghdr& header, std::vector<Descriptor>& descriptors) {
  for (cmsghdr* part = CMSG_FIRSTHDR(&header); part != nullptr; part = CMSG_NXTHDR(&header, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    for (std::size_t at = 0; at + CMSG_LEN(sizeof(int)) <= part->cmsg_len; at += sizeof(int)) {
      int number = -1;
      std::memcpy(&number, CMSG_DATA(part) + at, sizeof number);
      descriptors.emplace_back(number);
    }
  }
}

}  // namespace

void send_message(int socket, const WireMessage& message) {
  std::string bytes = encode(message);
  if (bytes.size() > longest_message) {
    throw EnvironmentError("cannot send", fmt::format("{} bytes to the spawn server", bytes.size()),
                           EMSGSIZE, "shorten the node's command line and environment");
  }
  if (message.descriptors.size() > most_descriptors)
    throw std::logic_error("spawn server: too many descriptors in one message");
  iovec part{bytes.data(), bytes.size()};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  DescriptorSpace space;
  attach(header, space, message.descriptors);
  ssize_t sent;
  do {
    sent = ::sendmsg(socket, &header, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  if (sent < 0) throw EnvironmentError("cannot reach", "the spawn server or a node's init", errno);
}

std::optional<WireMessage> receive_message(int socket, int wait_ms) {
  if (wait_ms >= 0) {
    pollfd readable{socket, POLLIN, 0};
    int ready;
    do {
      ready = ::poll(&readable, 1, wait_ms);
    } while (ready < 0 && errno == EINTR);
    if (ready == 0) return std::nullopt;
  }
  std::string bytes(longest_message, '\0');
  iovec part{bytes.data(), bytes.size()};
  DescriptorSpace space;
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = space.bytes;
  header.msg_controllen = sizeof space.bytes;
  ssize_t got;
  do {
    got = ::recvmsg(socket, &header, MSG_CMSG_CLOEXEC);
  } while (got < 0 && errno == EINTR);
  if (got == 0 || (got < 0 && errno == ECONNRESET)) return std::nullopt;
  if (got < 0) throw EnvironmentError("cannot read from", "the spawn server", errno);
  bytes.resize(static_cast<std::size_t>(got));
  WireMessage message = decode(bytes);
  detach(header, message.descriptors);
  return message;
}

std::pair<Descriptor, Descriptor> make_message_pair() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    throw EnvironmentError("cannot make", "a pair of sockets", errno);
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

std::string pack(const std::vector<std::string>& items) {
  std::string packed;
  for (const std::string& item : items) {
    packed += item;
    packed += '\0';
  }
  return packed;
}

std::vector<std::string> unpack(const std::string& packed) {
  std::vector<std::string> items;
  for (std::size_t at = 0; at < packed.size();) {
    const std::size_t end = packed.find('\0', at);
    items.push_back(packed.substr(at, end - at));
    at = end + 1;
  }
  return items;
}

}  // namespace faultrig::live
