#include "harness/live/agent/request_texts.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <cerrno>
#include <charconv>

#include "harness/errors.hpp"
#include "harness/live/spawn/wire.hpp"

namespace faultrig::live {
namespace {

[[noreturn]] void refuse_number(const std::string& text) {
  throw EnvironmentError("cannot understand", fmt::format("the number `{}`", text), EPROTO);
}

NamedAddress named_address(const std::string& text) {
  const std::size_t equals = text.find('=');
  return {text.substr(0, equals),
          ipv4_of(equals == std::string::npos ? "" : text.substr(equals + 1))};
}

}  // namespace

std::int64_t number_of(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) refuse_number(text);
  return number;
}

std::uint16_t port_of(const std::string& text) {
  const std::int64_t number = number_of(text);
  if (number < 1 || number > 65'535) refuse_number(text);
  return static_cast<std::uint16_t>(number);
}

Ipv4 ipv4_of(const std::string& text) {
  in_addr address{};
  if (::inet_pton(AF_INET, text.c_str(), &address) != 1)
    throw EnvironmentError("cannot understand", fmt::format("the address `{}`", text), EPROTO);
  return ntohl(address.s_addr);
}

std::vector<NamedAddress> named_addresses(const std::string& packed) {
  std::vector<NamedAddress> all;
  for (const std::string& text : unpack(packed)) all.push_back(named_address(text));
  return all;
}

}  // namespace faultrig::live
