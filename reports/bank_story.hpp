// The reads of a bank that cannot be, in words: the first, the worst and the last of them.
#pragma once

#include <string>

#include "checkers/evidence.hpp"

namespace faultrig {

// "the accounts hold 95 in all, 5 too little", "account 3 holds -2".
std::string bad_read_words(const BrokenBank::BadRead& read);
// In one line: "A wrong total: 95 in all, 5 too little, as told by n2".
std::string bank_headline(const BrokenBank& evidence);
std::string bank_story(const BrokenBank& evidence);

}  // namespace faultrig
