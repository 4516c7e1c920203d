// The smallest part of a failing list that still fails: no element of it can be left out. Halving
// finds the shortest prefix that fails; its last element is needed, and the search goes on among
// those before it (as QuickXplain, Junker 2004, does with preferences).
//
// `fails` must be monotone: a list with a failing part fails. Cost: k log n questions for a core of
// k elements, but it stops asking once the elements asked about exceed `work`, with a part that
// fails all the same and may be larger than it need be.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace faultrig {

std::vector<std::uint32_t> minimal_core(
    std::vector<std::uint32_t> elements, std::size_t work,
    const std::function<bool(std::span<const std::uint32_t>)>& fails);

}  // namespace faultrig
