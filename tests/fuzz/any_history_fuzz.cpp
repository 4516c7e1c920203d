// libFuzzer driver of the readers of other tools' histories: any text, by content or as a format
// that it is not, is read or refused with HistoryError; what is read keeps the contract of a
// history. The first byte says how the rest is read.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "checkers/history/any_history.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace faultrig;
  if (size == 0) return 0;
  constexpr std::optional<HistoryFormat> formats[] = {
      std::nullopt,        HistoryFormat::json,    HistoryFormat::edn,  HistoryFormat::etcd_log,
      HistoryFormat::limo, HistoryFormat::drawing, HistoryFormat::jsonl};
  constexpr Keyed keyings[] = {Keyed::find_out, Keyed::yes, Keyed::no};
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  AnyHistory read;
  try {
    read = read_any_history(text, "fuzz", formats[data[0] % 7], keyings[data[0] / 7 % 3]);
  } catch (const HistoryError&) {
    return 0;
  }
  // Throws when a reader let something through; that is a finding.
  history_of(read.history.operations());
  return 0;
}
