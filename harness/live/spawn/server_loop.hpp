// The other side of SpawnServer: the loop of the server process. See server.hpp.
#pragma once

namespace faultrig::live {

// Serves requests until the control process hangs up, then ends every node and the process.
[[noreturn]] void run_spawn_server(int control);

}  // namespace faultrig::live
