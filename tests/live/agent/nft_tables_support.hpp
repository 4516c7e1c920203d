// Which nftables tables a network namespace has.
#pragma once

#include <string>
#include <vector>

#include "harness/live/switch/network_namespace.hpp"

namespace faultrig::live {

std::vector<std::string> nft_tables(const NetworkNamespace& space);

}  // namespace faultrig::live
