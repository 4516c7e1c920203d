// The first process of a node: PID 1 of its PID namespace.
//
// It gives the node its view of the world (network, /proc, /sys, /tmp, /dev/shm, /etc/hosts, host
// name, time since boot), runs the program as its child, reaps, pauses and counts on command, and
// ends with the program, whereupon the kernel ends whatever the program left behind. The program
// cannot stop or kill it: a PID namespace's init gets no signal from inside.
//
// Where the node has a clock of its own it supervises the execs as well. One at a time and between
// its other jobs, so a node is never paused in the midst of one: who waits for us is stopped in its
// wait, and asks again when it goes on.
#pragma once

#include "harness/live/spawn/lifeline.hpp"
#include "harness/live/spawn/node_program.hpp"

namespace faultrig::live {

// Runs in a process just cloned into new PID, mount, UTS and IPC namespaces. `control` speaks
// wire.hpp to the server: `done` once the program runs (or `refused`), answers to pause, resume and
// count, and at last `ended`. `server` is the child's end of the server's lifeline.
[[noreturn]] void run_node_init(const NodeProgram& program, int control, int server);

}  // namespace faultrig::live
