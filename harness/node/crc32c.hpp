// CRC-32C (Castagnoli), as in iSCSI (RFC 3720, appendix B.4). Eight bytes a turn by eight tables:
// Kounavis and Berry, "A Systematic Approach to Building High Performance Software-Based CRC
// Generators" (2005). Portable, about a byte a cycle and a half.
#pragma once

#include <cstdint>
#include <string_view>

namespace faultrig {

std::uint32_t crc32c(std::string_view bytes);

}  // namespace faultrig
