#include "targets/causal_kv/store.hpp"

namespace faultrig::causal_kv {

void Store::apply(const SharedWrite& write) {
  const Write* now = find(write->key);
  if (now == nullptr || wins_over(*write, *now)) put(write);
}

void Store::put(const SharedWrite& write) {
  SharedWrite& entry = entries_[write->key];
  if (entry != nullptr) digest_ -= entry->content;
  digest_ += write->content;
  entry = write;
}

const Write* Store::find(const Value& key) const {
  const auto at = entries_.find(key);
  return at == entries_.end() ? nullptr : at->second.get();
}

}  // namespace faultrig::causal_kv
