// What a host's agent sends, and what it is sent: any bytes are messages or an error, and any texts
// are a rule, a clock setting or one.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "harness/live/agent/clock_texts.hpp"
#include "harness/live/agent/link_shape.hpp"
#include "harness/live/agent/protocol.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace faultrig::live;
  if (size == 0) return 0;
  AgentReader reader(data[0] % 2 == 0);
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  try {
    // In two pieces, so that what is not whole yet is seen as well.
    reader.append(bytes.substr(0, bytes.size() / 2));
    while (reader.next()) {
    }
    reader.append(bytes.substr(bytes.size() / 2));
    while (const auto message = reader.next()) {
      AgentReader again(true);
      again.append(to_bytes(*message));
      if (again.next() != message) std::abort();
      if (message->texts.size() == to_texts(faultrig::ClockSetting{}).size()) {
        const faultrig::ClockSetting setting = clock_setting_of(message->texts);
        if (clock_setting_of(to_texts(setting)) != setting) std::abort();
      }
      if (message->texts.size() != link_shape({}).size()) continue;
      const faultrig::LinkRule rule = link_shape_of(message->texts);
      if (link_shape_of(link_shape(rule)) != rule) std::abort();
    }
  } catch (const faultrig::EnvironmentError&) {
  }
  return 0;
}
