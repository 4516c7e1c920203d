#include "targets/causal_kv/store.hpp"

#include "harness/node/hashing.hpp"

namespace faultrig::causal_kv {

void Store::apply(const SharedWrite& write) {
  switch (write->kind) {
    case WriteKind::put: {
      const Write* now = find(write->key);
      if (now == nullptr || wins_over(*write, *now)) put(write);
      return;
    }
    case WriteKind::element:
      if (elements_.insert(write->value).second) digest_ += write->content;
      return;
    case WriteKind::delta:
      sum_ += static_cast<std::uint64_t>(write->value.as_integer());
      return;
    case WriteKind::id:
      return;
  }
}

std::uint64_t Store::digest() const {
  return sum_ == 0 ? digest_ : digest_ + combine(stable_hash(std::string_view("sum")), sum_);
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
