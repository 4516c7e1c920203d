#include "harness/live/ssh/hosts.hpp"

#include <gtest/gtest.h>

#include "tests/live/live_support.hpp"

namespace faultrig::live {
namespace {

std::vector<SshHost> read(const std::string& toml) {
  return read_ssh_hosts(toml, "/etc/lab/hosts.toml");
}

std::string refused(const std::string& toml) {
  try {
    read(toml);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

RunPlan plan_with(const std::string& table) {
  return read_plan("[run]\ntarget = \"raft_kv\"\n[ssh]\n" + table, "plan.toml");
}

std::string refused_plan(const std::string& table) {
  try {
    read_ssh_hosts(plan_with(table));
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

TEST(ssh_hosts, what_all_share_and_what_one_says_otherwise) {
  const auto hosts = read(R"(
user = "root"
key = "id_lab"
folder = "/srv"
[[hosts]]
address = "10.0.0.1"
[[hosts]]
address = "lab-2.example.org"
user = "student"
port = 2222
key = "/keys/other"
host_keys = "accept-new"
disposable = true
listen = "192.168.7.2"
listen_port = 9000
jump = "me@gate:2200"
keep_data = true
)");
  ASSERT_EQ(hosts.size(), 2u);
  EXPECT_EQ(hosts[0].user, "root");
  EXPECT_EQ(hosts[0].key, "/etc/lab/id_lab") << "relative to the file";
  EXPECT_EQ(hosts[0].port, 22);
  EXPECT_FALSE(hosts[0].accept_new_host);
  EXPECT_FALSE(hosts[0].disposable);
  EXPECT_EQ(hosts[1].user, "student");
  EXPECT_EQ(hosts[1].port, 2222);
  EXPECT_EQ(hosts[1].key, "/keys/other");
  EXPECT_EQ(hosts[1].folder, "/srv");
  EXPECT_EQ(hosts[1].listen, "192.168.7.2");
  EXPECT_EQ(hosts[1].listen_port, 9000);
  EXPECT_TRUE(hosts[1].accept_new_host && hosts[1].disposable && hosts[1].keep_data);
}

TEST(ssh_hosts, what_is_wrong_is_told_with_its_place) {
  const std::string one = "[[hosts]]\naddress = \"a\"\n";
  EXPECT_EQ(refused(one), "");
  EXPECT_NE(refused("").find("there is no [[hosts]]"), std::string::npos);
  EXPECT_NE(refused("[[hosts]]\nport = 1\n").find("hosts.toml:1:1: a host has no `address`"),
            std::string::npos)
      << refused("[[hosts]]\nport = 1\n");
  EXPECT_NE(refused(one + "usr = \"x\"\n")
                .find("hosts.toml:3:1: unknown key `hosts.usr`; did you "
                      "mean `user`?"),
            std::string::npos)
      << refused(one + "usr = \"x\"\n");
  EXPECT_NE(refused(one + "port = 0\n").find("outside 1 to 65535"), std::string::npos);
  EXPECT_NE(refused(one + "host_keys = \"lax\"\n").find("\"strict\" or \"accept-new\""),
            std::string::npos);
  EXPECT_NE(refused(one + one).find("host a is there twice"), std::string::npos);
  EXPECT_NE(refused(one + "[[hosts]]\naddress = \"b\"\njump = \"root@a\"\n")
                .find("host b is reached through a, which has a node of its own"),
            std::string::npos);
  EXPECT_NE(refused("[lab]\n" + one).find("lab"), std::string::npos);
}

TEST(ssh_hosts, no_word_reaches_a_shell_as_more_than_a_word) {
  const std::string one = "[[hosts]]\naddress = \"a\"\n";
  for (const char* line : {"user = \"x;reboot\"", "user = \"-oProxyCommand=x\"", "jump = \"a b\"",
                           "jump = \"-J\"", "folder = \"/tmp/$(id)\"", "folder = \"relative\"",
                           "agent = \"/bin/a b\"", "listen = \"a'b\""}) {
    EXPECT_NE(refused(one + line + "\n"), "") << line;
  }
  EXPECT_NE(refused("[[hosts]]\naddress = \"-oX\"\n"), "");
}

TEST(ssh_hosts, a_plan_may_name_them_itself) {
  const auto hosts = read_ssh_hosts(
      plan_with("hosts = [\"10.0.0.1\", \"me@b:2222\"]\nuser = \"root\"\ndisposable = true\n"));
  ASSERT_EQ(hosts.size(), 2u);
  EXPECT_EQ(hosts[0].address, "10.0.0.1");
  EXPECT_EQ(hosts[0].user, "root");
  EXPECT_EQ(hosts[1].address, "b");
  EXPECT_EQ(hosts[1].user, "me");
  EXPECT_EQ(hosts[1].port, 2222);
  EXPECT_TRUE(hosts[1].disposable);
  for (const char* word : {"", "a:", "a:x", "a:70000", "@a", "me@", "-x", "a b"})
    EXPECT_NE(refused_plan("hosts = [\"" + std::string(word) + "\"]\n"), "") << word;
  EXPECT_NE(refused_plan("").find("backend `ssh` needs hosts"), std::string::npos);
  EXPECT_NE(refused_plan("hosts = [\"a\"]\nhosts_file = \"b\"\n").find("both"), std::string::npos);
  EXPECT_NE(refused_plan("hosts_file = \"/no/such/file\"\n").find("/no/such/file"),
            std::string::npos);
}

TEST(ssh_hosts, a_jump_asks_nobody_and_checks_keys_as_strictly) {
  SshHost host;
  host.jump = "me@gate:2200";
  host.key = "/keys/id";
  EXPECT_EQ(
      proxy_command(host),
      "setsid ssh -o BatchMode=yes -o StrictHostKeyChecking=yes -i '/keys/id' -p 2200 -W %h:%p "
      "me@gate");
}

}  // namespace
}  // namespace faultrig::live
