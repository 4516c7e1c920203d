// libFuzzer driver of the JSON lines reader: any text is read, or refused with HistoryError; a line
// that is read and written again reads as the same event; the plain scanner never differs from the
// JSON reader.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "checkers/history/event_line.hpp"
#include "checkers/history/json.hpp"
#include "checkers/history/jsonl.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    faultrig::read_history_jsonl(text, "fuzz");
  } catch (const faultrig::HistoryError&) {
  }
  faultrig::Event plain;
  const bool is_plain = faultrig::read_plain_event(text, plain);
  try {
    const faultrig::Event event = faultrig::event_from_json_line(text);
    if (is_plain && plain != event) std::abort();
    const std::string line = faultrig::to_json_line(event);
    if (faultrig::to_json_line(faultrig::event_from_json_line(line)) != line) std::abort();
  } catch (const faultrig::HistoryError&) {
    if (is_plain) std::abort();
  } catch (const faultrig::JsonError&) {
    if (is_plain) std::abort();
  }
  return 0;
}
