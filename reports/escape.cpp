#include "reports/escape.hpp"

#include <cstdint>

namespace faultrig {
namespace {

struct Decoded {
  std::uint32_t point = 0;
  std::size_t length = 0;  // 0: no well-formed sequence here
};

// RFC 3629: over-long forms, surrogates and points above U+10FFFF are not well formed.
Decoded decode(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(at);
  if (lead < 0x80) return {lead, 1};
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || at + length > text.size()) return {};
  std::uint32_t point = lead & (0xFFu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xC0u) != 0x80u) return {};
    point = (point << 6) | (byte(at + i) & 0x3Fu);
  }
  const std::uint32_t lowest = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000;
  if (point < lowest || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) return {};
  return {point, length};
}

bool is_allowed(std::uint32_t point) {
  if (point == '\t' || point == '\n' || point == '\r') return true;
  return point >= 0x20 && point != 0x7F && point != 0xFFFE && point != 0xFFFF;
}

}  // namespace

std::string escape_markup(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const Decoded decoded = decode(text, at);
    if (decoded.length == 0 || !is_allowed(decoded.point)) {
      out += "\xEF\xBF\xBD";
      at += decoded.length == 0 ? 1 : decoded.length;
      continue;
    }
    switch (decoded.point) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out.append(text, at, decoded.length);
    }
    at += decoded.length;
  }
  return out;
}

}  // namespace faultrig
