// Weaker promises of a register, as Lamport 1986 ("On interprocess communication") names them, with
// many writers as in Shao, Pierce and Welch 2003 ("Multi-writer consistency conditions for shared
// memory objects", the weakest of their conditions).
//
// *regular*: a read returns a value whose write began before the read ended, and that was not
// surely overwritten before the read began (or the initial value, if no write ended before).
// *safe*: the same for reads that overlap no write; any other may return anything.
// A cas counts as the read and the write that it is. Cost: O(n log n).
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "checkers/linearizability/register/operation.hpp"

namespace faultrig {

enum class ReadPromise { regular, safe };

// The first look, in order of completion, that breaks the promise: its position.
std::optional<std::uint32_t> broken_read(std::span<const RegisterOperation> operations,
                                         ModelState initial, ReadPromise promise);

}  // namespace faultrig
