// The driver of real runs: one thread, one event loop; client requests as JSON lines over TCP, one
// connection a process, one request at a time, never re-sent.
#pragma once

#include <chrono>
#include <memory>

#include "harness/driver.hpp"
#include "harness/live/client_network.hpp"

namespace faultrig::live {

// `network` must outlive the driver. `timeout` is that of one request, connecting included.
std::unique_ptr<Driver> make_live_driver(ClientNetwork& network, std::chrono::milliseconds timeout);

}  // namespace faultrig::live
