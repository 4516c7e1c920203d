// libFuzzer driver of what bank_2pc reads: any bytes give a ledger, and its snapshot gives the same
// ledger again; any JSON is a message or none, and one that is understood is said again with the
// same body. As a file the input is read as it is, and as pieces each framed with its right length
// and checksum, which chance would hardly find.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "checkers/history/json.hpp"
#include "targets/bank_2pc/messages.hpp"
#include "targets/bank_2pc/storage.hpp"
#include "tests/fuzz/framed.hpp"

namespace faultrig::bank_2pc {
namespace {

std::string snapshot_of(std::string_view bytes) {
  Ledger ledger;
  const ReadLog read = replay(bytes, ledger);
  if (read.good_bytes > bytes.size()) std::abort();
  if (read.torn.empty() != (read.good_bytes == bytes.size())) std::abort();
  std::string out;
  for (const Record& record : ledger.snapshot()) append_record(out, record);
  return out;
}

void check_file(std::string_view bytes) {
  const std::string snapshot = snapshot_of(bytes);
  if (snapshot_of(snapshot) != snapshot) std::abort();
}

void check_message(std::string_view text) {
  Value body;
  try {
    body = parse_json(text);
  } catch (const JsonError&) {
    return;
  }
  const std::optional<PeerMessage> peer = peer_message(body);
  if (!peer) return;
  const Value again = to_body(*peer);
  const std::optional<PeerMessage> same = peer_message(again);
  if (!same || to_body(*same) != again) std::abort();
}

}  // namespace
}  // namespace faultrig::bank_2pc

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  faultrig::bank_2pc::check_file(bytes);
  faultrig::bank_2pc::check_file(faultrig::framed(bytes));
  faultrig::bank_2pc::check_message(bytes);
  return 0;
}
