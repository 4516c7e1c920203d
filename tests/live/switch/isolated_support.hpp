// Network tests run inside namespaces that they make themselves: directly as root, and as an
// ordinary user in a forked process inside a user namespace of its own.
#pragma once

#include <functional>

namespace faultrig::live {

// Runs `body`, whose gtest assertions count for the calling test. When this user cannot have the
// namespaces, the test is skipped with the reason; any other trouble fails it.
void run_isolated(const std::function<void()>& body);

}  // namespace faultrig::live
