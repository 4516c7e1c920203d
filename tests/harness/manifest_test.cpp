#include "harness/manifest.hpp"

#include <gtest/gtest.h>

#include "harness/random.hpp"

namespace faultrig {
namespace {

constexpr const char* full_manifest = R"(name = "raft_kv"
summary = "a key-value store"
workloads = ["register", "set"]
promises = ["linearizable"]
[node]
command = ["{bin}/raft_kv", "--node", "{node}", "--heartbeat", "{heartbeat_ms}", "{{}}"]
port = 7001
environment = { PEERS = "{peers}", PLAIN = "x" }
[docker]
dockerfile = "docker/Dockerfile"
command = ["/raft_kv", "--node", "{node}"]
[ready]
tcp = false
[roles]
leader = "raft.become_leader"
[[bugs]]
name = "raft-double-vote"
summary = "votes twice"
breaks = "election safety"
source = "Raft, section 5.2"
[[bugs]]
name = "raft-no-fsync"
summary = "does not sync"
breaks = "durability"
[options]
heartbeat_ms = 50
)";

std::string complaint(const std::string& toml) {
  try {
    read_manifest(toml, "target.toml");
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

const std::string head = "name = 'x'\nworkloads = ['register']\n";
const std::string node = "[node]\ncommand = ['run']\n";

TEST(Manifest, reads_everything) {
  const TargetManifest manifest = read_manifest(full_manifest, "target.toml");
  EXPECT_EQ(manifest.file, "target.toml");
  EXPECT_EQ(manifest.name, "raft_kv");
  EXPECT_EQ(manifest.summary, "a key-value store");
  EXPECT_EQ(manifest.workloads, (std::vector<std::string>{"register", "set"}));
  EXPECT_EQ(manifest.promises, (std::vector<std::string>{"linearizable"}));
  EXPECT_EQ(manifest.command.size(), 6u);
  EXPECT_EQ(manifest.port, 7001);
  EXPECT_EQ(manifest.environment,
            (std::map<std::string, std::string>{{"PEERS", "{peers}"}, {"PLAIN", "x"}}));
  EXPECT_EQ(manifest.container.dockerfile, "docker/Dockerfile");
  EXPECT_EQ(manifest.container.command, (std::vector<std::string>{"/raft_kv", "--node", "{node}"}));
  EXPECT_FALSE(manifest.ready_when_port_accepts);
  EXPECT_EQ(manifest.leader_event, "raft.become_leader");
  ASSERT_EQ(manifest.bugs.size(), 2u);
  EXPECT_EQ(manifest.bugs[0].source, "Raft, section 5.2");
  EXPECT_EQ(manifest.bugs[1].name, "raft-no-fsync");
  EXPECT_EQ(manifest.options.integer("heartbeat_ms", 0, 0, 1000), 50);
}

TEST(Manifest, what_is_left_out_has_its_default) {
  const TargetManifest manifest = read_manifest(head + node, "target.toml");
  EXPECT_EQ(manifest.port, 7000);
  EXPECT_TRUE(manifest.ready_when_port_accepts);
  EXPECT_TRUE(manifest.leader_event.empty());
  EXPECT_TRUE(manifest.bugs.empty());
}

TEST(Manifest, says_what_is_wrong_and_where) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"workloads = ['a']\n" + node,
       "target.toml:1:1: `name` is missing: what the system is called"},
      {"name = 'x'\n" + node,
       "target.toml:1:1: `workloads` is missing: what clients can do with the system; for example "
       "workloads = [\"register\"]"},
      {head + "[node]\nport = 1",
       "target.toml:3:1: `node.command` is missing: the program of one node, and its arguments; "
       "for example command = [\"{bin}/my_server\", \"--listen\", \"{address}:{port}\"]"},
      {head + "[node]\ncommand = ['x']\nport = 65536",
       "target.toml:5:1: `node.port` is 65536, outside 1 to 65535"},
      {head + "[node]\ncommand = ['x', '{adress}']",
       "target.toml:4:1: unknown placeholder {adress}; did you mean {address}?"},
      {head + "[node]\ncommand = ['x', '{']",
       "target.toml:4:1: a lone { in \"{\"; write {{ for the character itself"},
      {head + "[node]\ncommand = ['x']\nenvironment = { A = '{nod}' }",
       "target.toml:5:17: unknown placeholder {nod}; did you mean {node}?"},
      {head + "[node]\ncommand = ['x']\nenvironment = { A = 3 }",
       "target.toml:5:17: `node.environment.A` must be a string, not 3 (integer)"},
      {head + node + "[nodes]\na = 1",
       "target.toml:5:1: unknown table `nodes`; did you mean `node`?"},
      {head + "sumary = 'x'\n" + node,
       "target.toml:3:1: unknown key `sumary`; did you mean `summary`?"},
      {head + node + "[[bugs]]\nname = 'a'\nbreaks = 'b'",
       "target.toml:5:1: `bugs.summary` is missing: what the code does wrong, in a sentence"},
      {head + node +
           "[[bugs]]\nname='a'\nsummary='s'\nbreaks='b'\n[[bugs]]\nname='a'\nsummary='s'"
           "\nbreaks='b'",
       "target.toml:10:1: planted bug `a` is there twice"},
      {head + node + "[[bugs]]\nname='a@b'\nsummary='s'\nbreaks='b'",
       "target.toml:6:1: `bugs.name` is \"a@b\"; names have no comma, @ or space"},
      {head + node + "[options]\nnode = 3",
       "target.toml:6:1: `options.node` would hide the placeholder {node}; choose another name"},
      {head + node + "[ready]\nhttp = 'x'",
       "target.toml:6:1: unknown key `ready.http`; known: tcp"},
  };
  for (const auto& [toml, message] : cases) EXPECT_EQ(complaint(toml), message) << toml;
}

TEST(Manifest, nothing_but_a_usage_error_comes_out) {
  Random random(99);
  const std::string letters = "[]{}=\"'\n.,#\\ax";
  for (int round = 0; round < 10'000; ++round) {
    std::string text = full_manifest;
    for (std::uint64_t edits = 1 + random.below(3); edits > 0; --edits) {
      const std::size_t at = random.below(text.size());
      if (random.below(2) == 0) {
        text[at] = letters[random.below(letters.size())];
      } else {
        text.erase(at, 1 + random.below(20));
      }
    }
    try {
      read_manifest(text, "fuzz.toml");
    } catch (const UsageError& error) {
      ASSERT_EQ(error.file, "fuzz.toml") << text;
      ASSERT_GT(error.line, 0) << error.what() << "\n" << text;
    }
  }
}

TEST(Substitute, fills_in_and_keeps_the_rest) {
  const std::map<std::string, std::string> values = {{"a", "1"}, {"b", "{a}"}, {"", "x"}};
  EXPECT_EQ(substitute("", values), "");
  EXPECT_EQ(substitute("plain", values), "plain");
  EXPECT_EQ(substitute("{a}-{a}{b}", values), "1-1{a}");  // what is filled in is not read again
  EXPECT_EQ(substitute("{{a}} {{{a}}}", values), "{a} {1}");
  EXPECT_THROW(substitute("{c}", values), UsageError);
  EXPECT_THROW(substitute("{a", values), UsageError);
  EXPECT_THROW(substitute("a}", values), UsageError);
}

}  // namespace
}  // namespace faultrig
