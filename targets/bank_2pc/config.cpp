#include "targets/bank_2pc/config.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/errors.hpp"

namespace faultrig::bank_2pc {

const std::vector<ConfigOption>& config_options() {
  static const std::vector<ConfigOption> options = {
      {"accounts", &BankConfig::accounts, 1, 10'000, "number of accounts, named 0, 1, 2 ..."},
      {"total", &BankConfig::total, 0, 1'000'000'000'000, "money in the bank at the first start"},
      {"resend-ms", &BankConfig::resend_ms, 1, 60'000,
       "a coordinator repeats what was not answered for so long"},
      {"doubt-ms", &BankConfig::doubt_ms, 1, 60'000,
       "a participant asks for the decision so long after its vote"},
      {"asks-before-peers", &BankConfig::asks_before_peers, 0, 1'000,
       "questions to the coordinator before the other participants are asked too"},
      {"request-ms", &BankConfig::request_ms, 1, 600'000,
       "a request that is not decided by then is aborted"},
      {"retries", &BankConfig::retries, 0, 1'000,
       "how often a transaction that lost a lock is tried again"},
      {"retry-ms", &BankConfig::retry_ms, 1, 60'000, "mean pause before the first time"},
      {"read-lock-ms", &BankConfig::read_lock_ms, 1, 600'000,
       "locks of a read that nobody confirms last so long"},
      {"remembered-requests", &BankConfig::remembered_requests, 0, 10'000'000,
       "request ids remembered, so that a repeated request takes effect once"},
      {"snapshot-records", &BankConfig::snapshot_records, 10, 10'000'000,
       "records in the file before it is rewritten as a snapshot"},
  };
  return options;
}

void check_config(const BankConfig& config) {
  if (config.resend_ms <= config.request_ms) return;
  throw UsageError(
      fmt::format("--resend-ms {} is above --request-ms {}", config.resend_ms, config.request_ms),
      "a lost message must be repeated before the request is given up");
}

void check_workload(const BankConfig& config, const std::map<std::string, Value>& options) {
  for (const char* name : {"accounts", "total"}) {
    const auto option =
        std::find_if(config_options().begin(), config_options().end(),
                     [&](const ConfigOption& candidate) { return candidate.name == name; });
    const auto said = options.find(name);
    const Value expected =
        said == options.end() ? Value(BankConfig().*option->member) : said->second;
    const std::int64_t actual = config.*option->member;
    if (expected == Value(actual)) continue;
    throw UsageError(
        fmt::format("target.{} is {} and workload.{} is {}", name, actual, name,
                    expected.to_string()),
        fmt::format("they must be the same: --set target.{}=N --set workload.{}=N", name, name));
  }
}

}  // namespace faultrig::bank_2pc
