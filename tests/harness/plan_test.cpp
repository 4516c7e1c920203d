#include "harness/plan.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <filesystem>
#include <functional>

#include "harness/random.hpp"
#include "harness/store.hpp"
#include "harness/toml_reader.hpp"

namespace faultrig {
namespace {

using std::chrono::milliseconds;

std::string complaint(const std::string& toml) {
  try {
    read_plan(toml, "plan.toml");
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

// Options without their places, which writing cannot keep.
std::map<std::string, Value> values_of(const Options& options) {
  std::map<std::string, Value> values;
  for (const auto& [name, entry] : options.entries()) values[name] = entry.value;
  return values;
}

// Everything a plan says, comparable.
auto content(const RunPlan& plan) {
  std::map<std::string, std::map<std::string, Value>> families;
  for (const Options& family : plan.fault_options) families[family.table()] = values_of(family);
  std::vector<std::map<std::string, Value>> script;
  for (const Options& step : plan.fault_script) script.push_back(values_of(step));
  return std::tuple(std::tuple(plan.name, plan.label, plan.target, plan.workload, plan.backend,
                               plan.seed, plan.nodes, plan.clients, plan.duration, plan.rate,
                               plan.timeout, plan.ready, plan.settle, plan.capture),
                    plan.bugs, values_of(plan.target_options), values_of(plan.workload_options),
                    plan.faults, values_of(plan.nemesis_options), families, script,
                    plan.check_steps, plan.check_bytes, plan.check_threads, plan.promise,
                    plan.stop_on_anomaly, plan.expected_verdict, plan.expected_checker,
                    plan.expected_attempts);
}

constexpr const char* full_plan = R"(# All there is.
[run]
name = "all-of-it"
label = "negative"
target = "raft_kv"
workload = "register"
backend = "local"
seed = 42
nodes = 3
clients = 7
duration_ms = 1_500
rate = 0
timeout_ms = 250
ready_ms = 5000
settle_ms = 6000
capture = true
[target]
bugs = ["raft-double-vote", "raft-no-fsync@n2"]
heartbeat_ms = 50
[workload]
keys = 3
mix = { read = 1, "odd key" = [1.5, true] }
[nemesis]
faults = ["partition", "kill-leader"]
interval_ms = 2000
[nemesis.partition]
duration_ms = 4000
[nemesis.kill]
targets = ["n1"]
[[nemesis.script]]
at_ms = 100
fault = "kill-leader"
[[nemesis.script]]
at_ms = 900
fault = "packet"
loss = 0.5
[check]
steps = 1000
megabytes = 64
threads = 1
[expect]
verdict = "invalid"
checker = "linearizable"
attempts = 3
)";

TEST(Plan, reads_everything) {
  const RunPlan plan = read_plan(full_plan, "plan.toml");
  EXPECT_EQ(plan.file, "plan.toml");
  EXPECT_EQ(plan.name, "all-of-it");
  EXPECT_EQ(plan.label, "negative");
  EXPECT_EQ(plan.target, "raft_kv");
  EXPECT_EQ(plan.workload, "register");
  EXPECT_EQ(plan.seed, 42u);
  EXPECT_EQ(plan.nodes, 3);
  EXPECT_EQ(plan.clients, 7);
  EXPECT_EQ(plan.duration, milliseconds(1500));
  EXPECT_EQ(plan.rate, 0);
  EXPECT_EQ(plan.timeout, milliseconds(250));
  EXPECT_EQ(plan.ready, milliseconds(5000));
  EXPECT_EQ(plan.settle, milliseconds(6000));
  EXPECT_TRUE(plan.capture);
  EXPECT_EQ(plan.bugs, (std::vector<std::string>{"raft-double-vote", "raft-no-fsync@n2"}));
  EXPECT_EQ(plan.target_options.integer("heartbeat_ms", 0, 0, 100), 50);
  EXPECT_FALSE(plan.target_options.has("bugs"));
  EXPECT_EQ(plan.workload_options.integer("keys", 0, 0, 100), 3);
  EXPECT_EQ(plan.workload_options.entries().at("mix").value.to_string(),
            R"({"odd key":[1.5,true],"read":1})");
  EXPECT_EQ(plan.faults, (std::vector<std::string>{"partition", "kill-leader"}));
  EXPECT_EQ(values_of(plan.nemesis_options), (std::map<std::string, Value>{{"interval_ms", 2000}}));
  ASSERT_EQ(plan.fault_options.size(), 2u);
  EXPECT_EQ(plan.fault_options[0].table(), "nemesis.kill");
  EXPECT_EQ(plan.fault_options[1].table(), "nemesis.partition");
  ASSERT_EQ(plan.fault_script.size(), 2u);
  EXPECT_EQ(plan.fault_script[1].text("fault", ""), "packet");
  EXPECT_EQ(plan.check_steps, 1000u);
  EXPECT_EQ(plan.check_bytes, 64u << 20);
  EXPECT_EQ(plan.check_threads, 1u);
  EXPECT_EQ(plan.expected_verdict, "invalid");
  EXPECT_EQ(plan.expected_attempts, 3);
}

TEST(Plan, what_is_left_out_has_its_default) {
  RunPlan expected;
  expected.target = "raft_kv";
  EXPECT_EQ(content(read_plan("run.target = 'raft_kv'", "plan.toml")), content(expected));
}

TEST(Plan, options_remember_where_they_were_written) {
  const RunPlan plan = read_plan(full_plan, "plan.toml");
  EXPECT_STREQ(plan.workload_options.error("keys", "too few").what(), "plan.toml:21:1: too few");
  EXPECT_STREQ(plan.workload_options.error("absent", "x").what(), "plan.toml:20:1: x");
}

TEST(Plan, says_what_is_wrong_and_where) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"[run]\ntarget = 'x'\ndurration_ms = 5",
       "plan.toml:3:1: unknown key `run.durration_ms`; did you mean `duration_ms`?"},
      {"[run]\ntarget = 'x'\nnodes = 0", "plan.toml:3:1: `run.nodes` is 0, outside 1 to 99"},
      {"[run]\ntarget = 'x'\nnodes = 100", "plan.toml:3:1: `run.nodes` is 100, outside 1 to 99"},
      {"[run]\ntarget = 'x'\nclients = 1001",
       "plan.toml:3:1: `run.clients` is 1001, outside 1 to 1000"},
      {"[run]\ntarget = 'x'\nduration_ms = 0",
       "plan.toml:3:1: `run.duration_ms` is 0, outside 1 to 86400000"},
      {"[run]\ntarget = 'x'\nrate = -1", "plan.toml:3:1: `run.rate` is -1, outside 0 to 1000000"},
      {"[run]\ntarget = 'x'\ntimeout_ms = 0",
       "plan.toml:3:1: `run.timeout_ms` is 0, outside 1 to 86400000"},
      {"[run]\ntarget = 'x'\nready_ms = 0",
       "plan.toml:3:1: `run.ready_ms` is 0, outside 1 to 86400000"},
      {"[run]\ntarget = 'x'\nsettle_ms = 86400001",
       "plan.toml:3:1: `run.settle_ms` is 86400001, outside 1 to 86400000"},
      {"[run]\ntarget = 'x'\nseed = -1",
       "plan.toml:3:1: `run.seed` is -1, outside 0 to 9223372036854775807"},
      {"[run]\ntarget = 'x'\nseed = '12x'",
       "plan.toml:3:1: `run.seed` is \"12x\", no whole number from 0 to 18446744073709551615"},
      {"[run]\ntarget = 'x'\ncapture = 1",
       "plan.toml:3:1: `run.capture` must be true or false, not 1 (integer)"},
      {"[run]\ntarget = 7", "plan.toml:2:1: `run.target` must be a string, not 7 (integer)"},
      {"[run]\nnodes = 3",
       "plan.toml:1:1: `run.target` is missing: the system to test; name a bundled target, or the "
       "path of a target.toml"},
      {"",
       "plan.toml:1:1: the table [run] is missing; a plan says at least [run] target = "
       "\"...\""},
      {"[run]\ntarget='x'\nname = 'a/b'",
       "plan.toml:3:1: `run.name` is \"a/b\", but names a folder; use up to 64 letters, digits, - "
       "and _"},
      {"[run]\ntarget='x'\n[nemisis]\nfaults=[]",
       "plan.toml:3:1: unknown table `nemisis`; did you mean `nemesis`?"},
      {"target = 'x'\n[run]\ntarget='x'",
       "plan.toml:1:1: `target` must be a table; write [target]"},
      {"[run]\ntarget='x'\n[nemesis]\nfaults = 'kill'",
       "plan.toml:4:1: `nemesis.faults` must be a list of strings, not \"kill\" (string)"},
      {"[run]\ntarget='x'\n[nemesis]\nfaults = ['kill', 3]",
       "plan.toml:4:1: `nemesis.faults` must be a list of strings, not [\"kill\",3] (list)"},
      {"[run]\ntarget='x'\n[nemesis.script]\nat_ms = 1",
       "plan.toml:3:1: `nemesis.script` must be a list of tables; write [[nemesis.script]]"},
      {"[run]\ntarget='x'\n[[nemesis.steps]]\nat_ms = 1",
       "plan.toml:3:1: unknown list `nemesis.steps`; the only list of tables is "
       "[[nemesis.script]]"},
      {"[[run]]\ntarget='x'", "plan.toml:1:1: `run` may be given only once; write [run]"},
      {"[run]\ntarget='x'\n[workload.inner]\na=1",
       "plan.toml:3:1: `workload` takes no table `inner`, only plain values"},
      {"[run]\ntarget='x'\n[check]\nmegabytes = 0",
       "plan.toml:4:1: `check.megabytes` is 0, outside 1 to 1048576"},
      {"[run]\ntarget='x'\n[check]\nthreads = 0",
       "plan.toml:4:1: `check.threads` is 0, outside 1 to 1024"},
      {"[run]\ntarget='x'\n[check]\nsteps = 0",
       "plan.toml:4:1: `check.steps` is 0, outside 1 to 9223372036854775807"},
      {"[run]\ntarget='x'\n[expect]\nattempts = 0",
       "plan.toml:4:1: `expect.attempts` is 0, outside 1 to 10000"},
      {"[run]\ntarget='x'\n[expect]\nverdict = 'perhaps'",
       "plan.toml:4:1: `expect.verdict` is \"perhaps\"; a plan can promise \"valid\" or "
       "\"invalid\""},
      {"[run]\ntarget='x'\n[workload]\nsince = 1979-05-27",
       "plan.toml:4:9: `workload.since` is a date or time, which has no meaning here; put it in "
       "quotes"},
  };
  for (const auto& [toml, message] : cases) EXPECT_EQ(complaint(toml), message) << toml;
}

TEST(Plan, the_language_itself_is_checked_with_its_place) {
  EXPECT_TRUE(complaint("[run]\ntarget = ").starts_with("plan.toml:2:"));
  const std::string twice = complaint("[run]\ntarget = 'x'\ntarget = 'y'");
  EXPECT_TRUE(twice.starts_with("plan.toml:3:")) << twice;
  EXPECT_NE(twice.find("target"), std::string::npos) << twice;
  EXPECT_TRUE(complaint("[run]\ntarget = 'x'\n[run]\nnodes = 1").starts_with("plan.toml:3:"));
  EXPECT_TRUE(complaint("[run]\ntarget = \"\xff\xfe\"").starts_with("plan.toml:2:"));
}

TEST(Plan, a_file_that_cannot_be_read_is_the_users_mistake) {
  EXPECT_THROW(read_plan_file("/nowhere/plan.toml"), UsageError);
}

TEST(Plan, a_seed_of_64_bits_survives) {
  RunPlan plan;
  plan.target = "x";
  plan.seed = UINT64_MAX;
  EXPECT_EQ(read_plan(to_toml(plan), "again").seed, UINT64_MAX);
}

TEST(Plan, null_cannot_be_written) {
  RunPlan plan;
  plan.target = "x";
  plan.workload_options.set("nothing", Value());
  EXPECT_THROW(to_toml(plan), UsageError);
}

// --- properties ---

std::string any_text() { return *rc::gen::container<std::string>(rc::gen::inRange(1, 127)); }

std::string any_name() {
  return *rc::gen::container<std::string>(*rc::gen::inRange(1, 12), rc::gen::inRange('a', 'z'));
}

Value any_value(int depth) {
  switch (*rc::gen::inRange(0, depth > 0 ? 6 : 4)) {
    case 0:
      return Value(*rc::gen::arbitrary<bool>());
    case 1:
      return Value(*rc::gen::arbitrary<std::int64_t>());
    case 2:
      return Value(*rc::gen::arbitrary<double>());
    case 3:
      return Value(any_text());
    case 4: {
      Value::List items;
      // A map first: a list of nothing but maps would be a list of tables.
      for (int i = *rc::gen::inRange(0, 3); i > 0; --i) items.push_back(any_value(0));
      return Value(std::move(items));
    }
    default: {
      Value::Map fields;
      for (int i = *rc::gen::inRange(0, 3); i > 0; --i) {
        fields.emplace_back(any_text(), any_value(depth - 1));
      }
      return Value(std::move(fields));
    }
  }
}

Options any_options(const std::string& table) {
  Options options("", table);
  for (int i = *rc::gen::inRange(0, 4); i > 0; --i) options.set("o" + any_text(), any_value(2));
  return options;
}

std::vector<std::string> any_texts() {
  std::vector<std::string> texts;
  for (int i = *rc::gen::inRange(0, 4); i > 0; --i) texts.push_back(any_text());
  return texts;
}

RunPlan any_plan() {
  RunPlan plan;
  plan.name = any_name();
  plan.label = any_text();
  plan.target = any_name();
  plan.workload = any_text();
  plan.backend = any_text();
  if (*rc::gen::arbitrary<bool>()) plan.seed = *rc::gen::arbitrary<std::uint64_t>();
  plan.nodes = *rc::gen::inRange(1, 100);
  plan.clients = *rc::gen::inRange(1, 1001);
  plan.duration = milliseconds(*rc::gen::inRange(1, 86'400'001));
  plan.rate = *rc::gen::inRange(0, 1'000'001);
  plan.timeout = milliseconds(*rc::gen::inRange(1, 1000));
  plan.ready = milliseconds(*rc::gen::inRange(1, 1000));
  plan.settle = milliseconds(*rc::gen::inRange(1, 1000));
  plan.capture = *rc::gen::arbitrary<bool>();
  plan.bugs = any_texts();
  plan.target_options = any_options("target");
  plan.workload_options = any_options("workload");
  plan.faults = any_texts();
  plan.nemesis_options = Options("", "nemesis");
  plan.nemesis_options.set("interval_ms", *rc::gen::inRange(0, 100));
  plan.fault_options.push_back(any_options("nemesis.kill"));
  plan.fault_options.push_back(any_options("nemesis.x" + any_name()));
  for (int i = *rc::gen::inRange(0, 3); i > 0; --i) {
    plan.fault_script.push_back(any_options("nemesis.script"));
  }
  plan.check_steps = static_cast<std::uint64_t>(*rc::gen::inRange<std::int64_t>(1, INT64_MAX));
  plan.check_bytes = static_cast<std::uint64_t>(*rc::gen::inRange(1, 1'048'577)) << 20;
  plan.check_threads = static_cast<unsigned>(*rc::gen::inRange(1, 1025));
  plan.promise = any_text();
  plan.stop_on_anomaly = *rc::gen::arbitrary<bool>();
  plan.expected_verdict = *rc::gen::elementOf(std::vector<std::string>{"", "valid", "invalid"});
  plan.expected_checker = any_text();
  plan.expected_attempts = *rc::gen::inRange(1, 10'001);
  return plan;
}

RC_GTEST_PROP(PlanProperty, what_was_written_is_read_again, ()) {
  const RunPlan plan = any_plan();
  const std::string toml = to_toml(plan);
  RC_ASSERT(content(read_plan(toml, "again.toml")) == content(plan));
}

// Whatever is done to a plan's text, the reader takes it or explains itself.
TEST(PlanFuzz, nothing_but_a_usage_error_comes_out) {
  const std::string original = full_plan;
  const std::string letters = "[]{}=\"'\n.,#\\-_0179azT:\x01\x7f\xff\xc3 ";
  Random random(20'240'601);
  int accepted = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text = original;
    for (std::uint64_t edits = 1 + random.below(4); edits > 0; --edits) {
      const std::size_t at = random.below(text.size());
      switch (random.below(4)) {
        case 0:
          text[at] = letters[random.below(letters.size())];
          break;
        case 1:
          text.insert(at, 1, letters[random.below(letters.size())]);
          break;
        case 2:
          text.erase(at, 1 + random.below(12));
          break;
        case 3:
          text.insert(at, text.substr(random.below(text.size()), random.below(30)));
          break;
      }
    }
    try {
      // What is accepted can be written and read again.
      const RunPlan plan = read_plan(text, "fuzz.toml");
      read_plan(to_toml(plan), "again.toml");
      ++accepted;
    } catch (const UsageError& error) {
      ASSERT_EQ(error.file, "fuzz.toml") << text;
      ASSERT_GT(error.line, 0) << error.what() << "\n" << text;
    }
  }
  EXPECT_GT(accepted, 500);
}

TEST(PlanFuzz, noise_and_deep_nesting_are_refused) {
  Random random(7);
  for (int round = 0; round < 2'000; ++round) {
    std::string text;
    for (std::uint64_t length = random.below(200); length > 0; --length) {
      text += static_cast<char>(random.below(256));
    }
    EXPECT_THROW(read_plan(text, "noise.toml"), UsageError);
  }
  EXPECT_THROW(read_plan("x = " + std::string(100'000, '['), "deep.toml"), UsageError);
}

// The library's class of white space takes every character from U+00A0 to U+0499 for impossible,
// and acts on it.
TEST(Plan, letters_beyond_ascii_are_text_in_quotes_and_refused_outside) {
  EXPECT_EQ(read_plan("[run]\ntarget = \"raft_kv\"  # é\nlabel = \"é\"\n", "plan.toml").label, "é");
  for (const char* text : {"name = é", "é = 1", "name = 1é", "name = 1 é", "[é]", "name é = 1",
                           "name = [1é]", "name = { é = 1 }", "name = \"\" é", "é"}) {
    EXPECT_THROW(read_toml(text, "plan.toml"), UsageError) << text;
  }
}

TEST(Plan, every_plan_that_is_shipped_can_be_read) {
  namespace fs = std::filesystem;
  for (const auto& entry :
       fs::recursive_directory_iterator(fs::path(FAULTRIG_SOURCE_DIR) / "targets")) {
    if (entry.path().extension() != ".toml" || entry.path().parent_path().filename() != "plans") {
      continue;
    }
    EXPECT_NO_THROW(read_plan_file(entry.path().string())) << entry.path();
  }
}

}  // namespace
}  // namespace faultrig
