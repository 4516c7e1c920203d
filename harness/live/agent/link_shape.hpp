// What the control process and an agent say to each other about one link's packets, beyond cuts:
// the texts of AgentVerb::shape, of a share ("5/100") and of counters.
#pragma once

#include <string>
#include <vector>

#include "harness/link_rules.hpp"

namespace faultrig::live {

std::string to_text(Ratio share);
// Throws EnvironmentError (EPROTO) for what no control process writes.
Ratio ratio_of(const std::string& text);

// What is done where packets leave: all of a rule but blocks and loss.
std::vector<std::string> link_shape(const LinkRule& rule);
LinkRule link_shape_of(const std::vector<std::string>& texts);

std::vector<std::string> to_texts(const LinkCounters& counters);
LinkCounters link_counters_of(const std::vector<std::string>& texts);
// Of a link that is shaped at one end and cut at the other.
LinkCounters joined(const LinkCounters& leaving, const LinkCounters& arriving);

}  // namespace faultrig::live
