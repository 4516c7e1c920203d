// The operations of workload `cart`: elements are put into a few carts at a time, carts are looked
// into and now and then emptied; a cart that has had its share of operations gives way to a new
// one, so that none gets large.
//
// Cost: an offer copies the live carts; O(live carts).
#pragma once

#include <cstdint>
#include <memory>

#include "harness/generator.hpp"
#include "workloads/register_load.hpp"

namespace faultrig {

struct CartLoadOptions {
  int carts = 4;  // live at a time
  int operations_per_cart = 120;
  std::uint64_t add_weight = 10, read_weight = 8, delete_weight = 0;
};

// Endless; by any client worker, as fast as asked. Every element is new.
GeneratorPtr cart_load(const CartLoadOptions& options, std::shared_ptr<UsedKeys> used);

}  // namespace faultrig
