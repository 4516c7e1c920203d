// The knobs of a bank_2pc node, each with its flag name, range and a line of help, so that the
// program's flags, its --help and the manifest's options come from one table.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "harness/node/config_options.hpp"

namespace faultrig::bank_2pc {

struct BankConfig {
  // Accounts 0 ... accounts - 1, with `total` spread evenly over them at the first start.
  std::int64_t accounts = 8;
  std::int64_t total = 100;
  // A coordinator sends again what was not answered for this long.
  std::int64_t resend_ms = 60;
  // A participant in doubt asks for the decision this long after its vote, and then again.
  std::int64_t doubt_ms = 120;
  // It asks the other participants too once the coordinator was asked so often for nothing.
  std::int64_t asks_before_peers = 2;
  // A coordinator gives up what is not decided so long after the request came.
  std::int64_t request_ms = 500;
  // How often a transaction that lost a lock to an older one is tried again, and the mean pause
  // before the first time; it grows from one time to the next.
  std::int64_t retries = 10;
  std::int64_t retry_ms = 8;
  // Shared locks of a read that nobody confirms are given up after this long.
  std::int64_t read_lock_ms = 400;
  // Requests whose ids a participant remembers.
  std::int64_t remembered_requests = 4096;
  // The file is rewritten as a snapshot after so many records.
  std::int64_t snapshot_records = 5000;

  using milliseconds = std::chrono::milliseconds;
  milliseconds resend() const { return milliseconds(resend_ms); }
  milliseconds doubt() const { return milliseconds(doubt_ms); }
  milliseconds request() const { return milliseconds(request_ms); }
  milliseconds read_lock() const { return milliseconds(read_lock_ms); }
};

using ConfigOption = ConfigOptionOf<BankConfig>;
const std::vector<ConfigOption>& config_options();

// Throws UsageError when the values contradict each other.
void check_config(const BankConfig& config);
// Throws UsageError when workload `bank`, whose defaults are those above, would speak of other
// accounts or another total than there are: every read would then look wrong.
void check_workload(const BankConfig& config, const std::map<std::string, Value>& options);

}  // namespace faultrig::bank_2pc
