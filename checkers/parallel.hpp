// A small pool: `task(0) ... task(count - 1)`, up to `threads` at a time. Which thread runs which
// task is left to chance, so tasks write to their own place and the caller joins the results in
// order. Cost: the threads are made for each call (tens of microseconds).
#pragma once

#include <cstddef>
#include <functional>

namespace faultrig {

// Returns when all have ended. If some threw, all still run and the exception of the lowest number
// is thrown on, so that it does not depend on timing. threads < 2 runs everything here.
void parallel_for(std::size_t count, unsigned threads,
                  const std::function<void(std::size_t)>& task);

}  // namespace faultrig
