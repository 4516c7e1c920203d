// Log lines on standard error: time, node, text.
#pragma once

#include <string>
#include <string_view>

namespace faultrig::host {

// "2026-01-31T12:00:00.123Z n1 listening on 127.0.0.1:7000". One write, so lines never mix.
void log_line(std::string_view node, std::string_view text);

}  // namespace faultrig::host
