#include "harness/sim/node_contract.hpp"

#include <gtest/gtest.h>

#include "tests/sim/world_support.hpp"

namespace faultrig::sim {
namespace {

DiskWrite write(PersistId id, const std::string& file = "log") {
  return {id, DiskWrite::Kind::append, file, "x", true};
}

std::string breach_of(const std::function<void(Effects&)>& act) {
  NodeContract contract("n1");
  Effects effects;
  act(effects);
  return contract.breach(effects);
}

TEST(NodeContract, what_it_allows_is_no_breach) {
  EXPECT_EQ(breach_of([](Effects& effects) {
              effects.send(message("n1", "n2", "ping"));
              effects.set_timer(0, std::chrono::nanoseconds(0));
              effects.cancel_timer(9);
              effects.persist(write(1));
              effects.persist(write(2));
              effects.trace("event", {});
            }),
            "");
}

TEST(NodeContract, every_breach_is_named) {
  EXPECT_EQ(breach_of([](Effects& e) { e.send(message("n2", "n3", "ping")); }),
            "it sends in the name of `n2`");
  EXPECT_EQ(breach_of([](Effects& e) { e.send(message("n1", "", "ping")); }),
            "it sends a message to nobody");
  EXPECT_EQ(breach_of([](Effects& e) {
              e.send({"n1", "n2", Value(7)});
            }),
            "it sends n2 a body that is no object");
  EXPECT_EQ(breach_of([](Effects& e) { e.set_timer(4, std::chrono::nanoseconds(-3)); }),
            "it sets timer 4 for 3 ns ago: time goes back");
  EXPECT_EQ(breach_of([](Effects& e) { e.persist(write(1, "a/b")); }),
            "it writes to a file named `a/b`");
  EXPECT_EQ(breach_of([](Effects& e) { e.persist(write(1, "")); }), "it writes to a file named ``");
  EXPECT_EQ(breach_of([](Effects& e) { e.persist(write(0)); }),
            "write 0 comes after write 0: ids must grow");
  EXPECT_EQ(breach_of([](Effects& e) { e.trace("", {}); }), "it traces an event of no name");
}

TEST(NodeContract, write_ids_grow_from_step_to_step_and_begin_again_with_a_new_life) {
  NodeContract contract("n1");
  Effects effects;
  effects.persist(write(5));
  EXPECT_EQ(contract.breach(effects), "");
  EXPECT_EQ(contract.breach(effects), "write 5 comes after write 5: ids must grow");
  contract.restarted();
  EXPECT_EQ(contract.breach(effects), "");
}

TEST(NodeContract, the_first_of_several_breaches_counts) {
  EXPECT_EQ(breach_of([](Effects& e) {
              e.persist(write(1));
              e.send(message("n1", "", "ping"));
              e.trace("", {});
            }),
            "it sends a message to nobody");
}

}  // namespace
}  // namespace faultrig::sim
