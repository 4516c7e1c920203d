// An ordinary user may make PID and mount namespaces inside a user namespace of its own, in which
// it is root; the network stays the host's, so links cannot be cut from there.
#pragma once

namespace faultrig::live {

// Enters a user namespace when this process may not make namespaces as it is. Call before any
// thread exists. Throws EnvironmentError with the remedy.
void gain_namespace_rights();

}  // namespace faultrig::live
