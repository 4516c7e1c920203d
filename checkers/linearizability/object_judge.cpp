#include "checkers/linearizability/object_judge.hpp"

#include <stdexcept>
#include <utility>

#include "checkers/linearizability/model_judge.hpp"
#include "checkers/models/bank.hpp"
#include "checkers/models/catalog.hpp"
#include "checkers/models/counter.hpp"
#include "checkers/models/fenced_lock.hpp"
#include "checkers/models/fifo_queue.hpp"
#include "checkers/models/kv_map.hpp"
#include "checkers/models/list.hpp"
#include "checkers/models/multi_register.hpp"
#include "checkers/models/mutex.hpp"
#include "checkers/models/reentrant_lock.hpp"
#include "checkers/models/register.hpp"
#include "checkers/models/semaphore.hpp"
#include "checkers/models/set.hpp"
#include "checkers/models/stack.hpp"
#include "checkers/models/unordered_queue.hpp"

namespace faultrig {
namespace {

template <Model M>
std::unique_ptr<ObjectJudge> judge_of(const std::string& name, Value initial) {
  return std::make_unique<ModelJudge<M>>(name, std::move(initial));
}

struct Maker {
  std::string_view model;
  std::unique_ptr<ObjectJudge> (*make)(const std::string& name, Value initial);
};

constexpr Maker makers[] = {
    {"register", judge_of<RegisterModel>},
    {"cas-register", judge_of<CasRegisterModel>},
    {"kv-map", judge_of<KvMapModel>},
    {"multi-register", judge_of<MultiRegisterModel>},
    {"list", judge_of<ListModel>},
    {"set", judge_of<SetModel>},
    {"fifo-queue", judge_of<FifoQueueModel>},
    {"unordered-queue", judge_of<UnorderedQueueModel>},
    {"stack", judge_of<StackModel>},
    {"counter", judge_of<CounterModel>},
    {"bank", judge_of<BankModel>},
    {"mutex", judge_of<MutexModel>},
    {"reentrant-lock", judge_of<ReentrantLockModel>},
    {"fenced-lock", judge_of<FencedLockModel>},
    {"semaphore", judge_of<SemaphoreModel>},
};

}  // namespace

std::unique_ptr<ObjectJudge> make_object_judge(std::string_view model, Value initial) {
  const std::string name = canonical_model_name(model);
  for (const Maker& maker : makers) {
    if (maker.model == name) return maker.make(name, std::move(initial));
  }
  throw std::logic_error("the model catalogue lists " + name + ", but no judge is made for it");
}

}  // namespace faultrig
