#include "workloads/delete_load.hpp"

#include <algorithm>
#include <utility>

namespace faultrig {
namespace {

// Deleted ones among which a reader chooses.
constexpr std::size_t remembered = 16;

struct OwnKey {
  std::int64_t key = 0;
  bool is_written = false;        // a write of it was acknowledged
  bool is_being_deleted = false;  // a deletion was invoked; no write comes after it
};

class DeleteLoad final : public Generator {
 public:
  DeleteLoad(const DeleteLoadOptions& options, std::shared_ptr<UsedKeys> ledger)
      : options_(options), ledger_(std::move(ledger)) {}

  Offer offer(const GeneratorContext& context) const override {
    const Workers workers = context.free.clients();
    if (workers.empty()) return Pending{};
    auto next = std::make_shared<DeleteLoad>(*this);
    Random& random = *context.random;
    OfferedOperation operation;
    operation.worker = random.pick(workers);
    operation.time = context.now;
    std::vector<OwnKey>& keys = next->keys_of(operation.worker);
    OwnKey& own = keys[random.below(keys.size())];
    operation.f = next->kind_for(own, random);
    operation.key = Value(own.key);
    if (operation.f == "write") operation.value = Value(next->next_value_++);
    if (operation.f == "delete") own.is_being_deleted = true;
    if (operation.f == "read") operation.key = Value(next->any_key(random));
    return Offered{std::move(operation), std::move(next)};
  }

  GeneratorPtr update(const GeneratorContext&, const GeneratorEvent& happened) const override {
    const Event& event = happened.event;
    if (event.type == EventType::invoke) ledger_->begun = next_key_;
    const auto place = static_cast<std::size_t>(happened.worker);
    if (event.type != EventType::ok || event.f == "read" || place >= own_.size()) {
      return shared_from_this();
    }
    auto next = std::make_shared<DeleteLoad>(*this);
    for (OwnKey& own : next->own_[place]) {
      if (Value(own.key) != event.key) continue;
      if (event.f == "write") own.is_written = true;
      if (event.f == "delete") next->retire(own);
      return next;
    }
    return shared_from_this();
  }

 private:
  std::vector<OwnKey>& keys_of(WorkerId worker) {
    const auto place = static_cast<std::size_t>(worker);
    if (place >= own_.size()) own_.resize(place + 1);
    while (own_[place].size() < static_cast<std::size_t>(options_.keys)) {
      own_[place].push_back({next_key_++});
    }
    return own_[place];
  }

  // There is nothing to delete before something was acknowledged.
  std::string kind_for(const OwnKey& own, Random& random) const {
    std::vector<KindWeight> kinds = {{"read", options_.read_weight}};
    if (!own.is_being_deleted) kinds.push_back({"write", options_.write_weight});
    if (own.is_written) kinds.push_back({"delete", options_.delete_weight});
    return draw_kind(kinds, random);
  }

  void retire(OwnKey& own) {
    deleted_.push_back(own.key);
    if (deleted_.size() > remembered) deleted_.erase(deleted_.begin());
    own = {next_key_++};
  }

  std::int64_t any_key(Random& random) const {
    if (!deleted_.empty() && random.chance({1, 2})) return random.pick(deleted_);
    return random.between(std::max<std::int64_t>(0, next_key_ - recent()), next_key_ - 1);
  }
  std::int64_t recent() const {
    return static_cast<std::int64_t>(own_.size()) * std::int64_t{options_.keys};
  }

  DeleteLoadOptions options_;
  std::shared_ptr<UsedKeys> ledger_;
  std::vector<std::vector<OwnKey>> own_;  // by worker
  std::vector<std::int64_t> deleted_;     // the latest ones
  std::int64_t next_key_ = 0;
  std::int64_t next_value_ = 1;
};

}  // namespace

GeneratorPtr delete_load(const DeleteLoadOptions& options, std::shared_ptr<UsedKeys> used) {
  return std::make_shared<DeleteLoad>(options, std::move(used));
}

}  // namespace faultrig
