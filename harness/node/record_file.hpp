// A file of records on a node's disk, for targets that append to a log and must know after a power
// failure where it is torn.
//
// A record is: length (4 bytes, little endian), CRC-32C of the payload (4 bytes), payload. Reading
// goes up to the first record that is short, whose checksum is wrong, or which its reader refuses.
// After a power loss that is the torn tail, which was never promised to anybody. A bit that flips
// in the middle looks the same from here, and costs promised records (Alagappan et al.,
// "Protocol-Aware Recovery", FAST 2018).
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace faultrig {

struct TornTail {
  std::size_t at = 0;     // byte where reading stopped
  std::size_t bytes = 0;  // from there to the end
  std::string why;
};

// The payload goes right behind a header that is filled in when it is known: begin, append the
// payload to `out`, end with what begin gave.
std::size_t begin_record(std::string& out);
void end_record(std::string& out, std::size_t begun);

template <typename WritePayload>
void append_record(std::string& out, WritePayload write) {
  const std::size_t begun = begin_record(out);
  write();
  end_record(out, begun);
}

// Gives the payloads to `take`, in order; it says why one cannot be what a node wrote, and nothing
// when it has taken it. Total: any bytes give the longest good beginning.
std::optional<TornTail> read_records(std::string_view bytes,
                                     const std::function<std::string(std::string_view)>& take);

}  // namespace faultrig
