// libFuzzer driver of the reader of trace lines and of those who judge them: any text, its lines
// dealt to three nodes by their first byte, is taken without harm.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "targets/bank_2pc/trace_invariants.hpp"
#include "targets/raft_kv/trace_invariants.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace faultrig;
  constexpr const char* nodes[] = {"n1", "n2", "n3"};
  bank_2pc::TraceInvariants bank;
  raft_kv::TraceInvariants raft;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(line.size() == text.size() ? line.size() : line.size() + 1);
    if (line.empty()) continue;
    const auto event =
        read_trace_line(nodes[static_cast<unsigned char>(line.front()) % 3], line.substr(1));
    if (!event) continue;
    bank.on_event(*event);
    raft.on_event(*event);
  }
  bank.left_alone();
  bank.at_rest();
  bank.finish();
  raft.finish();
  return 0;
}
