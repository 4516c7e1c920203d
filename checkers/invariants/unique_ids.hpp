// Ids are given out once: `generate` -> any value. After Jepsen's checker unique-ids. Each pair of
// acknowledged operations with equal ids is a violation; an unknown generate gave nobody an id, so
// it cannot collide. Keys, where a history has them, are separate id spaces. Cost: linear.
#pragma once

#include <memory>

#include "checkers/checker.hpp"

namespace faultrig {

std::unique_ptr<Checker> make_unique_ids_checker();

}  // namespace faultrig
