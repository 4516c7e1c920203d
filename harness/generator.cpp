#include "harness/generator.hpp"

namespace faultrig {

Offer offer_of(const GeneratorPtr& generator, const GeneratorContext& context) {
  if (generator == nullptr) return Exhausted{};
  return generator->offer(context);
}

GeneratorPtr update_of(const GeneratorPtr& generator, const GeneratorContext& context,
                       const GeneratorEvent& event) {
  if (generator == nullptr) return nullptr;
  return generator->update(context, event);
}

}  // namespace faultrig
