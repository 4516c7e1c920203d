// Whole runs on three machines with kernels of their own: what needs no more than ssh hosts is in
// tests/ssh; here is what a network namespace cannot have.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <sstream>

#include "checkers/history/json.hpp"
#include "harness/fault_injector.hpp"
#include "harness/store.hpp"
#include "tests/vm/machines_support.hpp"

namespace faultrig::live {
namespace {

namespace fs = std::filesystem;
using end_to_end::Background;
using end_to_end::Result;

constexpr const char* disposable = "disposable = true";

bool says(const Result& end, const std::string& words) {
  return end.output.find(words) != std::string::npos;
}

// A step that strikes the links of n1.
std::string struck(const std::string& fault) {
  return fmt::format("fault = \"{}\"\ntargets = [\"n1\"]\n", fault);
}

enum class Order { together, in_turn };

// A plan of the steps, with room around them. A step may say itself for how long.
fs::path write_plan(VirtualMachines& machines, const std::vector<std::string>& steps,
                    int milliseconds_a_step, Order order = Order::in_turn) {
  constexpr int room = 500;
  const auto begin_of = [&](std::size_t step) {
    const int steps_before = order == Order::together ? 0 : static_cast<int>(step);
    return room + steps_before * (milliseconds_a_step + room);
  };
  std::string text = fmt::format(
      "[run]\nname = \"vm\"\ntarget = \"raft_kv\"\nworkload = \"register\"\nseed = 1\nnodes = 3\n"
      "clients = 6\nrate = 200\nduration_ms = {}\n",
      begin_of(steps.size() - 1) + milliseconds_a_step + room);
  for (std::size_t step = 0; step < steps.size(); ++step) {
    const bool has_length = steps[step].find("for_ms") != std::string::npos;
    text += fmt::format("[[nemesis.script]]\nat_ms = {}\n{}{}\n", begin_of(step),
                        has_length ? "" : fmt::format("for_ms = {}\n", milliseconds_a_step),
                        steps[step]);
  }
  std::ofstream(machines.folder() / "plan.toml") << text;
  return machines.folder() / "plan.toml";
}

void expect_all_bit(const fs::path& run, std::size_t count, const Result& end) {
  const Value record = parse_json(read_file(run / "run.json"));
  const auto& faults = record.find("faults")->as_list();
  EXPECT_EQ(faults.size(), count);
  for (const Value& value : faults) {
    const FaultRecord fault = fault_record_from(value);
    EXPECT_TRUE(fault.bit) << fault.kind << "\n" << end.output;
    fmt::print("{}: {}\n", fault.kind, fault.evidence.empty() ? "" : fault.evidence[0]);
  }
}

// The numbers that a program printed, each behind `word`.
std::vector<double> numbers_behind(const std::string& word, const std::string& output) {
  std::vector<double> numbers;
  for (std::size_t at = 0; (at = output.find(word, at)) != std::string::npos;) {
    at += word.size();
    numbers.push_back(std::atof(output.c_str() + at));
  }
  return numbers;
}

TEST(vm_run, a_clean_target_under_partitions_kills_and_pauses_is_valid) {
  with_vms([] {
    VirtualMachines machines(3);
    const Result end = machines.faultrig(
        {"run", "raft_kv", "--backend", "ssh", "--hosts", machines.hosts_file(), "--nodes", "3",
         "--faults", "partition,kill,pause", "--duration", "10s", "--seed", "11"});
    EXPECT_EQ(end.exit_code, 0) << end.output;
    // A cut is seen by who counts, which are the kernels of the machines.
    EXPECT_TRUE(says(end, "packets dropped")) << end.output;
    EXPECT_EQ(machines.leftovers(), "");
  });
}

TEST(vm_run, packets_are_late_lost_doubled_damaged_and_slow) {
  with_vms([] {
    VirtualMachines machines(3);
    const fs::path plan =
        write_plan(machines,
                   {struck("packet-delay") + "delay_ms = 300", struck("packet-jitter"),
                    struck("packet-loss") + "loss_percent = 50",
                    struck("packet-duplicate") + "duplicate_percent = 50",
                    struck("packet-reorder") + "reorder_percent = 50",
                    struck("packet-corrupt") + "corrupt_percent = 30", struck("packet-rate")},
                   4'000);
    std::unique_ptr<Background> run = machines.start_faultrig(
        {"run", "--plan", plan, "--backend", "ssh", "--hosts", machines.hosts_file()});
    // Somebody who knows nothing of us, on the way from one machine to another.
    const std::string pings =
        machines.ask(0, "busybox ping -i 0.1 -c 400 " + VirtualMachines::address(1) + " || true");
    const Result end = run->wait();
    ASSERT_EQ(end.exit_code, 0) << end.output;
    expect_all_bit(machines.folder() / "runs/latest", 7, end);
    std::vector<double> times = numbers_behind("time=", pings);
    ASSERT_FALSE(times.empty()) << pings;
    EXPECT_LT(std::ranges::min(times), 300);
    EXPECT_GE(std::ranges::count_if(times, [](double time) { return time >= 300; }), 5) << pings;
    EXPECT_NE(pings.find("DUP!"), std::string::npos) << pings;
    EXPECT_EQ(machines.leftovers(), "");
  });
}

TEST(vm_run, wall_clocks_jump_and_are_put_right) {
  with_vms([] {
    VirtualMachines machines(3);
    const fs::path plan =
        write_plan(machines, {struck("clock-jump") + "offset_ms = 600000"}, 4'000);
    std::unique_ptr<Background> run = machines.start_faultrig(
        {"run", "--plan", plan, "--backend", "ssh", "--hosts", machines.hosts_file(disposable)});
    // A program that reads the clock until it has seen both jumps, or long enough.
    const std::string seen = machines.ask(0,
                                          "before=$(date +%s); far=$((before + 300)); tries=0\n"
                                          "await() { until [ $(date +%s) $1 $far ] || [ "
                                          "$((tries+=1)) -gt 1000 ]; do sleep 0.1; done\n"
                                          "          echo at=$(($(date +%s) - before)); }\n"
                                          "await -gt; await -lt");
    const Result end = run->wait();
    ASSERT_EQ(end.exit_code, 0) << end.output;
    expect_all_bit(machines.folder() / "runs/latest", 1, end);
    const std::vector<double> jumps = numbers_behind("at=", seen);
    ASSERT_EQ(jumps.size(), 2u) << seen;
    EXPECT_GE(jumps[0], 600);
    EXPECT_LT(jumps[1], 300);
    EXPECT_EQ(machines.leftovers(), "");
  });
}

TEST(vm_run, clocks_that_no_kernel_has_are_those_of_programs_alone) {
  with_vms([] {
    VirtualMachines machines(3);
    const fs::path plan =
        write_plan(machines,
                   {struck("clock-strobe") + "offset_ms = 600000", struck("clock-freeze"),
                    struck("clock-jump") + "offset_ms = 600000", struck("clock-drift")},
                   3'000);
    const std::string far = machines.ask(0, "echo $(($(date +%s) + 300))");
    const Result end = machines.faultrig(
        {"run", "--plan", plan, "--backend", "ssh", "--hosts", machines.hosts_file()});
    EXPECT_EQ(end.exit_code, 0) << end.output;
    expect_all_bit(machines.folder() / "runs/latest", 4, end);
    EXPECT_EQ(machines.ask(0, "test $(date +%s) -lt " + far + " && echo right"), "right");
    // Nor is there a way in between on machines whose own clock may be set.
    const Result spoilt = machines.faultrig(
        {"run", "--plan", plan, "--backend", "ssh", "--hosts", machines.hosts_file(disposable)});
    EXPECT_EQ(spoilt.exit_code, 0) << spoilt.output;
    expect_all_bit(machines.folder() / "runs/latest", 4, spoilt);
    EXPECT_EQ(machines.leftovers(), "");
  });
}

TEST(vm_run, a_machine_loses_power_and_what_it_synced_is_there_again) {
  with_vms([] {
    VirtualMachines machines(3);
    const auto boot = [&](int machine) {
      return machines.ask(machine, "cat /proc/sys/kernel/random/boot_id");
    };
    const std::vector<std::string> before{boot(0), boot(1), boot(2)};
    // A cut that is in force before, during and after must be so, and counted as one.
    const fs::path plan = write_plan(machines,
                                     {struck("power-one") + "for_ms = 3000",
                                      "fault = \"partition-cut\"\nlinks = [\"n2 -> n1\"]"},
                                     50'000, Order::together);
    const Result end = machines.faultrig(
        {"run", "--plan", plan, "--backend", "ssh", "--hosts", machines.hosts_file(disposable)});
    EXPECT_EQ(end.exit_code, 0) << end.output;
    expect_all_bit(machines.folder() / "runs/latest", 2, end);
    const std::string remarks = parse_json(read_file(machines.folder() / "runs/latest/run.json"))
                                    .find("warnings")
                                    ->to_string();
    const auto holds = [&](const std::string& words) {
      return remarks.find(words) != std::string::npos;
    };
    EXPECT_TRUE(holds("host 10.78.0.1 (node n1) was reset 1 time and back after")) << remarks;
    EXPECT_TRUE(holds("its boot id was " + before[0] + " and is " + boot(0))) << remarks;
    EXPECT_FALSE(holds("10.78.0.2")) << remarks;
    EXPECT_NE(boot(0), before[0]);
    for (const int other : {1, 2})
      EXPECT_EQ(boot(other), before[static_cast<std::size_t>(other)]) << "nobody else";
    EXPECT_EQ(machines.leftovers(), "");
    const Result late = machines.faultrig({"run", "--plan", plan, "--backend", "ssh", "--hosts",
                                           machines.hosts_file(disposable), "--quiet", "--set",
                                           "ssh.boot_patience_s=1"});
    EXPECT_EQ(late.exit_code, 3) << late.output;
    for (const char* words : {"annot get back to host 10.78.0.1 (node n1) within 1 s of its reset",
                              "does it boot", "`boot_patience_s`", "remove /var/tmp/faultrig-"})
      EXPECT_TRUE(says(late, words)) << words << "\nnot in:\n" << late.output;
    machines.await_ssh(0);  // it is left booted
  });
}

TEST(vm_run, machines_undo_everything_when_the_control_process_is_killed) {
  with_vms([] {
    VirtualMachines machines(3);
    const fs::path plan =
        write_plan(machines, {struck("clock-jump") + "offset_ms = 600000", struck("packet-delay")},
                   120'000, Order::together);
    std::unique_ptr<Background> run = machines.start_faultrig(
        {"run", "--plan", plan, "--backend", "ssh", "--hosts", machines.hosts_file(disposable)});
    const std::string before = machines.ask(0, "date +%s");
    ASSERT_TRUE(await([&] {
      return machines
                 .on(0, fmt::format("test $(date +%s) -gt $(({} + 300)) && "
                                    "tc qdisc show dev eth0 | grep -q 'netem.*delay 100ms'",
                                    before))
                 .exit_code == 0;
    }));
    EXPECT_NE(machines.leftovers_on(0), "");
    run->signal(SIGKILL);
    run->wait();
    EXPECT_TRUE(await([&] { return machines.leftovers().empty(); })) << machines.leftovers();
    const auto wrong_by = std::atoll(machines.ask(0, "date +%s").c_str()) - std::time(nullptr);
    EXPECT_LT(std::abs(wrong_by), 60);
  });
}

TEST(vm_run, a_machine_that_reboots_is_named_and_the_others_are_healed) {
  with_vms([] {
    VirtualMachines machines(3);
    const auto boot = [&] { return machines.ask(2, "cat /proc/sys/kernel/random/boot_id"); };
    const std::string before = boot();
    std::unique_ptr<Background> run = machines.start_faultrig(
        {"run", "raft_kv", "--backend", "ssh", "--hosts", machines.hosts_file(), "--nodes", "3",
         "--faults", "partition,pause", "--duration", "300s", "--seed", "4"});
    const fs::path folder = machines.folder() / "runs/latest";
    std::error_code ignored;
    ASSERT_TRUE(await([&] {
      return fs::exists(folder / "faults.jsonl", ignored) &&
             fs::file_size(folder / "faults.jsonl", ignored) > 0 &&
             fs::file_size(folder / "history.jsonl", ignored) > 10'000;
    }));
    machines.on(2, "reboot -f");  // the connection ends with the machine
    const Result end = run->wait();
    EXPECT_EQ(end.exit_code, 3) << end.output;
    EXPECT_TRUE(says(end, "host 10.78.0.3 (node n3)")) << end.output;
    EXPECT_TRUE(fs::exists(folder / "verdict.json"));
    EXPECT_EQ(machines.faultrig({"check", "runs/latest"}).exit_code, 0) << "the history is whole";
    for (const int other : {0, 1}) EXPECT_EQ(machines.leftovers_on(other), "");
    machines.await_ssh(2);
    EXPECT_NE(boot(), before);
    EXPECT_EQ(machines
                  .faultrig({"run", "raft_kv", "--backend", "ssh", "--hosts", machines.hosts_file(),
                             "--nodes", "3", "--faults", "none", "--duration", "2s", "--seed", "1"})
                  .exit_code,
              0)
        << "it is a host as before";
  });
}

}  // namespace
}  // namespace faultrig::live
