// Small words that all reports share: times, counts, lists, outcomes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checkers/history/operation.hpp"
#include "checkers/verdict.hpp"
#include "harness/run_record.hpp"

namespace faultrig {

std::string seconds(Time time);                                   // "3.210 s"
std::string until(const std::optional<Time>& time);               // "6.000 s", or "the end"
std::string counted(std::uint64_t count, std::string_view noun);  // "1 read", "2 reads"
// "n1", "n1 and n2", "n1, n2 and n3".
std::string listed(const std::vector<std::string>& words);
std::string value_words(const Value& value);  // "nil", "3", "\"a\""
std::string capital(std::string text);        // the first letter, where it is one
std::string verdict_word(Validity validity);  // "VALID", "UNKNOWN", "INVALID"

// "write 41", "read -> 38", without the key.
std::string describe_without_key(const Operation& operation);
// The instant of its completion; of its invocation where none is known.
Time ended_at(const Operation& operation);

// A fault as a clause: "n2 was down (killed) from 3.210 s to 6.000 s".
std::string fault_clause(const FaultRecord& fault);
// All evidence in a few words: "5 nodes: 1 process ended each"; empty when there is none.
std::string evidence_words(const FaultRecord& fault);
// True when the fault was in force at some instant of [from, to].
bool in_force(const FaultRecord& fault, Time from, Time to);

// Why links and recovery were not measured to the end after healing; empty when they were.
std::string why_unmeasured(const RunRecord& record);

// `text` broken at spaces into lines of at most `width`, each led by `indent`; ends in a newline.
std::string wrapped(std::string_view text, std::string_view indent, std::size_t width = 98);

}  // namespace faultrig
