// Generators that change or choose the operations of another, or watch the events it sees.
#pragma once

#include <functional>
#include <map>

#include "harness/generator.hpp"

namespace faultrig {

// Every operation goes through `change`. Worker and time are given, so that a change may look at
// them; it should leave them alone.
GeneratorPtr map_operations(std::function<OfferedOperation(OfferedOperation)> change,
                            GeneratorPtr inner);

// Renames operations: f is replaced by names[f]; one that is not in `names` stays as it is. Events
// carry the new names.
GeneratorPtr f_map(std::map<std::string, std::string> names, GeneratorPtr inner);

// Only the operations that `keep` accepts; others are skipped at once. Throws std::logic_error when
// 100,000 in a row were refused.
GeneratorPtr filter(std::function<bool(const OfferedOperation&)> keep, GeneratorPtr inner);

// `react` sees every event and returns the generator to go on with, which it watches on. It gets
// the one in force, not yet told of the event: call update_of where it should learn.
GeneratorPtr on_update(
    std::function<GeneratorPtr(const GeneratorPtr&, const GeneratorContext&, const GeneratorEvent&)>
        react,
    GeneratorPtr inner);

}  // namespace faultrig
