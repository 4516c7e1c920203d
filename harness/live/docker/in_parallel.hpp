// The same for several containers at once: an engine works on them side by side, and most of the
// time of each is waiting. One thread each.
#pragma once

#include <cstddef>
#include <future>
#include <vector>

namespace faultrig::live {

// Calls body(0) ... body(count - 1), each on a thread of its own; when all have returned, throws
// what the first of them threw.
template <typename Body>
void in_parallel(std::size_t count, const Body& body) {
  std::vector<std::future<void>> calls;
  for (std::size_t i = 0; i < count; ++i)
    calls.push_back(std::async(std::launch::async, [&body, i] { body(i); }));
  for (const auto& call : calls) call.wait();
  for (auto& call : calls) call.get();
}

}  // namespace faultrig::live
