// Text from outside (log lines, error texts, values) made safe for HTML and XML.
#pragma once

#include <string>
#include <string_view>

namespace faultrig {

// Markup characters and quotes become entities; bytes that are not UTF-8 and characters that
// XML 1.0 forbids (section 2.2: most control characters) become U+FFFD. Good inside attributes as
// well.
std::string escape_markup(std::string_view text);

}  // namespace faultrig
