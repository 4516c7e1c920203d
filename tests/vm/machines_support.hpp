// Real machines for the tests: virtual ones that QEMU emulates (TCG, so it works wherever a program
// runs), each with a kernel, a clock and a disk of its own.
//
// They hang on a bridge in a network namespace of the test, where the control process runs as well:
// hosts are 10.78.0.1 ... and it is 10.78.0.100. Nothing of it reaches the machine's network. All
// start from the image that tests/vm/build_image made; what they write to their disk is dropped.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "harness/live/switch/descriptor.hpp"
#include "harness/live/switch/network_namespace.hpp"
#include "tests/end_to_end/program_support.hpp"
#include "tests/live/live_support.hpp"

namespace faultrig::live {

class VirtualMachines {
 public:
  // Waits until sshd answers on all of them.
  explicit VirtualMachines(int count);

  const std::filesystem::path& folder() const { return scratch_.path(); }
  static std::string address(int machine) { return "10.78.0." + std::to_string(machine + 1); }
  // The path of a hosts.toml of all machines, with `shared` in front.
  std::filesystem::path hosts_file(const std::string& shared = "");

  // A shell command on a machine, by the `ssh` program.
  end_to_end::Result on(int machine, const std::string& command);
  // Its standard output without the end of line; fails the test when it did not end well.
  std::string ask(int machine, const std::string& command);
  void await_ssh(int machine);

  // The control process, in folder().
  std::unique_ptr<end_to_end::Background> start_faultrig(std::vector<std::string> arguments);
  end_to_end::Result faultrig(std::vector<std::string> arguments) {
    return start_faultrig(std::move(arguments))->wait();
  }

  // Empty when no machine has a table, a queue, a process or a folder of a run.
  std::string leftovers();
  std::string leftovers_on(int machine);

 private:
  Descriptor make_device(int machine);
  std::filesystem::path make_settings(int machine);
  void start(int machine);
  bool answers_ssh(int machine) const;

  int count_;
  ScratchFolder scratch_;
  NetworkNamespace network_;
  std::vector<std::unique_ptr<end_to_end::Background>> emulators_;
};

// Runs `body` in a sandbox; skips the test, saying why and what to do, where there can be none.
void with_vms(const std::function<void()>& body);

}  // namespace faultrig::live
