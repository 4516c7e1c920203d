#include "targets/host/address.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <charconv>

#include "harness/errors.hpp"

namespace faultrig::host {

Address parse_address(const std::string& text) {
  const auto bad = [&] {
    return UsageError(fmt::format("`{}` is not an address", text),
                      "it has the form 127.0.0.1:7000, an IPv4 address and a port");
  };
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) throw bad();
  Address address;
  address.ip = text.substr(0, colon);
  in_addr ignored{};
  if (::inet_pton(AF_INET, address.ip.c_str(), &ignored) != 1) throw bad();
  const char* first = text.data() + colon + 1;
  const char* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(first, last, address.port);
  if (error != std::errc() || end != last || address.port == 0) throw bad();
  return address;
}

}  // namespace faultrig::host
