// Scenarios as text files: commands for a BankCluster, and what must have happened between them.
//
//   nodes 3                        option doubt-ms 100
//   bug tpc-presume-commit         the bug that the file is about; on in one of two runs
//   breaks all-votes               the invariant that it breaks
//   transfer c1 n1 0 1 5           client, node asked, from, to, amount
//   deposit c1 n1 0 5 / withdraw c1 n1 0 5 / read c1 n1 / again c1 n2
//   deliver n1 n2 prepare          the oldest message of that link and type; drop, repeat alike
//   settle                         deliver all that is not held, and what comes of it
//   hold n1 n2 / release n1 n2     one direction; * is every other node
//   cut n1 n2 / join n1 n2         both directions
//   wait 100                       ms go by; tick n1: it looks for what is late; retry n1
//   disks slow / disks prompt / persist n1
//   crash n1 / restart n1 / heal
//   rest                           heal, leave it alone for 3 s, and check what must hold then
//   > c1 transfer_ok               it happened since the last `>`; fields as name=value
//   ! c1 transfer_ok               it did not happen since the last `>`
//   on ... / off ...               only with, or only without the bug
#pragma once

#include <string>
#include <vector>

#include "harness/node/simulated_target.hpp"

namespace faultrig::bank_2pc {

struct ScenarioResult {
  std::string bug;
  std::string breaks;
  std::vector<std::string> problems;  // commands that could not be done, expectations not met
  std::vector<Violation> violations;
  std::vector<std::string> happenings;
};

ScenarioResult run_scenario(const std::string& text, bool with_bug);

}  // namespace faultrig::bank_2pc
