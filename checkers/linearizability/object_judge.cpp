#include "checkers/linearizability/object_judge.hpp"

#include <stdexcept>
#include <utility>

#include "checkers/linearizability/model_judge.hpp"
#include "checkers/models/catalog.hpp"
#include "checkers/models/kv_map.hpp"
#include "checkers/models/register.hpp"

namespace faultrig {

std::unique_ptr<ObjectJudge> make_object_judge(std::string_view model, Value initial) {
  std::string name = canonical_model_name(model);
  if (name == "register") {
    return std::make_unique<ModelJudge<RegisterModel>>(name, std::move(initial));
  }
  if (name == "cas-register") {
    return std::make_unique<ModelJudge<CasRegisterModel>>(name, std::move(initial));
  }
  if (name == "kv-map") {
    return std::make_unique<ModelJudge<KvMapModel>>(name, std::move(initial));
  }
  throw std::logic_error("the model catalogue lists " + name + ", but no judge is made for it");
}

}  // namespace faultrig
