// Packet faults: from parameters to the rule of a link, and how the rules of several faults on one
// link combine.
//
// Idea: every active fault contributes one LinkRule a link; the link's rule is their composition,
// computed afresh whenever a fault starts or ends, so that removing one never disturbs another.
// Composition is commutative and associative, with the clear rule as its unit (ratios: up to their
// rounding to 32 bits).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "harness/link_rules.hpp"
#include "nemesis/parameters.hpp"

namespace faultrig {

// The stronger block wins (drop over reject over jam); delays and jitters add up; independent
// ratios combine to 1-(1-a)(1-b); the lower rate and the shorter queue win.
LinkRule compose(const LinkRule& a, const LinkRule& b);

// The rule of a packet fault, missing parameters by their fallbacks. Requires a kind of the packet
// family.
LinkRule packet_rule(std::string_view kind, const Amounts& parameters);

// The fault in words: "packets late by 100 ms", "20 % of the packets lost".
std::string packet_words(std::string_view kind, const Amounts& given);

// Packets in `counters` that show that a fault of this kind acted: what a cut dropped, what a delay
// delayed ...
std::uint64_t bitten(std::string_view kind, const LinkCounters& counters);
// "dropped", "delayed" ... for evidence.
std::string_view bite_word(std::string_view kind);

}  // namespace faultrig
