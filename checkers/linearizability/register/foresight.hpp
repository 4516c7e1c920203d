// What a whole history tells a frontier at one of its moments about the rest: without it (a run
// that still goes on) anything may come.
#pragma once

#include <cstdint>
#include <vector>

namespace faultrig {

struct Foresight {
  // By state: when the last operation that looks for it is invoked.
  std::vector<std::int64_t> last_look;
  // By number of a look: when the last mutation that could satisfy it is invoked.
  std::vector<std::int64_t> last_maker;
  // Somebody saw "anything but": then any value may be looked for.
  bool has_mismatches = false;
};

}  // namespace faultrig
