#include "targets/causal_kv/config.hpp"

namespace faultrig::causal_kv {

const std::vector<ConfigOption>& config_options() {
  static const std::vector<ConfigOption> options = {
      {"sync-ms", &CausalConfig::sync_ms, 1, 600'000,
       "time between two comparisons of clocks with a peer"},
      {"batch-writes", &CausalConfig::batch_writes, 1, 100'000, "most writes in one answer"},
      {"batch-bytes", &CausalConfig::batch_bytes, 1, 16'777'216, "most bytes of writes in it"},
      {"buffered-writes", &CausalConfig::buffered_writes, 1, 10'000'000,
       "writes kept that wait for others"},
  };
  return options;
}

}  // namespace faultrig::causal_kv
