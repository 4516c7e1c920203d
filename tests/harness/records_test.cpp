// Small plain data: fault records, the run record, options, roles, names of states.
#include <gtest/gtest.h>

#include "checkers/history/json.hpp"
#include "harness/fault_injector.hpp"
#include "harness/options.hpp"
#include "harness/roles.hpp"
#include "harness/run_record.hpp"

namespace faultrig {
namespace {

using std::chrono::milliseconds;

FaultRecord some_record() {
  FaultRecord record;
  record.id = 3;
  record.family = "partition";
  record.kind = "partition-halves";
  record.targets = {"n1 -> n2", "n2 -> n1"};
  record.detail = "n1 | n2 n3";
  record.order = Value::map({{"at_ms", 1500},
                             {"fault", "partition-cut"},
                             {"links", Value::list({"n1 -> n2", "n2 -> n1"})}});
  record.started = Time(1'500'000'000);
  record.ended = Time(2'000'000'001);
  record.bit = true;
  record.evidence = {"12 packets dropped"};
  return record;
}

TEST(FaultRecords, survive_being_written) {
  const FaultRecord record = some_record();
  const FaultRecord again = fault_record_from(parse_json(to_value(record).to_string()));
  EXPECT_EQ(again.id, record.id);
  EXPECT_EQ(again.family, record.family);
  EXPECT_EQ(again.kind, record.kind);
  EXPECT_EQ(again.targets, record.targets);
  EXPECT_EQ(again.detail, record.detail);
  EXPECT_EQ(again.order, record.order);
  EXPECT_EQ(again.started, record.started);
  EXPECT_EQ(again.ended, record.ended);
  EXPECT_EQ(again.bit, record.bit);
  EXPECT_EQ(again.evidence, record.evidence);
  FaultRecord open = record;
  open.ended = std::nullopt;
  open.order = Value();  // of a folder from before there was one
  EXPECT_FALSE(fault_record_from(to_value(open)).ended);
  EXPECT_TRUE(fault_record_from(to_value(open)).order.is_nil());
}

TEST(FaultRecords, every_missing_field_is_refused_by_name) {
  const Value::Map fields = to_value(some_record()).as_map();
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].first == "ended" || fields[i].first == "order") continue;
    Value::Map rest = fields;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
    try {
      fault_record_from(Value(rest));
      ADD_FAILURE() << "accepted without " << fields[i].first;
    } catch (const JsonError& error) {
      EXPECT_NE(std::string(error.what()).find(fields[i].first), std::string::npos);
    }
  }
  EXPECT_THROW(fault_record_from(Value(3)), JsonError);
  EXPECT_THROW(
      fault_record_from(parse_json(R"({"id":1,"family":"f","kind":"k","targets":[1],)"
                                   R"("detail":"","started":0,"bit":true,"evidence":[]})")),
      JsonError);
}

TEST(FaultRecords, say_whose_targets_are_down_on_purpose) {
  FaultRecord record = some_record();
  EXPECT_FALSE(holds_down(record));
  for (const char* family : {"kill", "power"}) {
    record.family = family;
    EXPECT_TRUE(holds_down(record)) << family;
  }
  record.family = "disk";
  record.kind = "disk-slow";
  EXPECT_FALSE(holds_down(record));
  record.kind = "disk-flip";
  EXPECT_TRUE(holds_down(record));
}

TEST(RunRecords, say_all_but_the_plan) {
  RunRecord record;
  record.plan.seed = UINT64_MAX;
  record.ready = Time(5);
  record.faults = {some_record()};
  record.nodes = {{"n1", "10.0.0.1", "nodes/n1/log.txt", {"last"}, {"exit 1 at 3.2 s"}, "exit 1"}};
  record.connectivity = {6, {{"n1", "n2", "refused"}}};
  record.interrupted = "why";
  const Value value = to_value(record);
  EXPECT_EQ(value.integer_or("ready", 0), 5);
  EXPECT_TRUE(value.find("healed")->is_nil());
  EXPECT_EQ(value.string_or("seed", ""), "18446744073709551615");
  EXPECT_EQ(value.string_or("interrupted", ""), "why");
  EXPECT_EQ(value.find("faults")->as_list().size(), 1u);
  EXPECT_EQ(value.find("nodes")->as_list()[0].to_string(),
            R"({"address":"10.0.0.1","deaths":["exit 1 at 3.2 s"],"down_at_end":"exit 1",)"
            R"("log_file":"nodes/n1/log.txt","log_tail":["last"],"name":"n1"})");
  EXPECT_EQ(value.find("connectivity")->to_string(),
            R"({"broken":[{"from":"n1","to":"n2","why":"refused"}],"pairs":6,"whole":false})");
}

TEST(Roles, the_highest_term_leads) {
  Roles roles("raft.become_leader");
  const auto leads = [&](const char* node, int term) {
    roles.observe({node, "raft.become_leader", Value::map({{"term", term}})});
    return roles.leader();
  };
  EXPECT_FALSE(roles.leader());
  roles.observe({"n9", "raft.vote", Value::map({{"term", 99}})});
  EXPECT_FALSE(roles.leader());
  EXPECT_EQ(leads("n1", 2), "n1");
  EXPECT_EQ(leads("n2", 5), "n2");
  EXPECT_EQ(leads("n3", 4), "n2");  // read late from its trace
  EXPECT_EQ(leads("n3", 5), "n3");
  Roles none("");
  none.observe({"n1", "", Value()});
  EXPECT_FALSE(none.leader());
}

TEST(Cluster, states_and_capabilities_have_names) {
  EXPECT_EQ(to_string(NodeState::exited), "exited");
  EXPECT_EQ(to_string(NodeState::stopped), "stopped");
  EXPECT_EQ(to_string(Capability::client_links), "client links");
  EXPECT_EQ(to_string(Capability::jam), "jam");
}

TEST(Options, are_what_they_say_or_the_fallback) {
  Options options("plan.toml", "workload", 3, 1);
  options.set("count", 7, 4, 1);
  options.set("truth", Value(true), 5, 1);
  options.set("word", "x", 6, 1);
  options.set("words", Value::list({"a", "b"}), 7, 1);
  options.set("pause_ms", 250, 8, 1);
  EXPECT_TRUE(options.has("count"));
  EXPECT_FALSE(options.has("absent"));
  EXPECT_EQ(options.integer("count", 1, 0, 7), 7);
  EXPECT_EQ(options.integer("absent", -1, 0, 7), -1);
  EXPECT_TRUE(options.boolean("truth", false));
  EXPECT_EQ(options.text("word", "y"), "x");
  EXPECT_EQ(options.text("absent", "y"), "y");
  EXPECT_EQ(options.texts("words", {}), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(options.texts("absent", {"z"}), (std::vector<std::string>{"z"}));
  EXPECT_EQ(options.milliseconds("pause_ms", milliseconds(1), milliseconds(0), milliseconds(300)),
            milliseconds(250));
  EXPECT_EQ(options.entries().size(), 5u);
}

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

TEST(Options, refuse_with_place_and_nearest_word) {
  Options options("plan.toml", "workload", 3, 1);
  options.set("zz", 1, 4, 2);
  options.set("key", 1, 9, 3);
  EXPECT_EQ(message_of([&] { options.integer("zz", 0, 2, 5); }),
            "plan.toml:4:2: `workload.zz` is 1, outside 2 to 5");
  EXPECT_EQ(message_of([&] { options.text("zz", ""); }),
            "plan.toml:4:2: `workload.zz` must be a string, not 1 (integer)");
  // The first in the file, not in the alphabet.
  EXPECT_EQ(message_of([&] { options.expect_only({"keys"}); }),
            "plan.toml:4:2: unknown key `workload.zz`; known: keys");
  EXPECT_EQ(message_of([&] {
              options.expect_only({"keys", "zz"});
            }),
            "plan.toml:9:3: unknown key `workload.key`; did you mean `keys`?");
  EXPECT_EQ(message_of([&] { options.expect_only({}); }),
            "plan.toml:4:2: unknown key `workload.zz`; `workload` has no options");
  EXPECT_EQ(message_of([&] { options.expect_only({"key", "zz"}); }), "");
  Options flags("", "nemesis.kill");
  flags.set("key", Value(), 0, 0);
  EXPECT_EQ(message_of([&] { flags.boolean("key", true); }),
            "`nemesis.kill.key` must be true or false, not null (nil)");
}

}  // namespace
}  // namespace faultrig
