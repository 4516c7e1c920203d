// What can go wrong on the way to a host: exit 3 with the host, the step and what to do, and
// nothing left behind on any of them.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "harness/live/agent/protocol.hpp"
#include "tests/ssh/hosts_support.hpp"

namespace faultrig::live {
namespace {

namespace fs = std::filesystem;

constexpr int environment = 3, usage = 254;

void write(const fs::path& path, const std::string& text, mode_t mode = 0600) {
  std::ofstream(path, std::ios::trunc) << text;
  ::chmod(path.c_str(), mode);
}

std::string content_of(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

ProgramEnd short_run(SshHosts& hosts, const fs::path& file, const std::string& faults = "none",
                     const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments{"run",      "raft_kv", "--backend",  "ssh", "--hosts", file,
                                     "--faults", faults,    "--duration", "1s",  "--seed",  "1"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return hosts.faultrig(arguments);
}

void expect_refused(SshHosts& hosts, const ProgramEnd& end, int code,
                    const std::vector<std::string>& words) {
  EXPECT_EQ(end.exit_code, code) << end.output;
  for (const std::string& word : words)
    EXPECT_NE(end.output.find(word), std::string::npos) << word << "\nnot in:\n" << end.output;
  EXPECT_TRUE(hosts.await_clean()) << hosts.leftovers();
}

TEST(ssh_bad_input, host_keys_unknown_changed_and_accepted) {
  with_ssh([] {
    SshHosts hosts(2);
    const std::string right = content_of(hosts.known_hosts());
    write(hosts.known_hosts(), right.substr(0, right.find('\n') + 1));
    const fs::path file = hosts.hosts_file();
    expect_refused(hosts, short_run(hosts, file), environment,
                   {"cannot trust host 10.77.1.2 (node n2)", "SHA256:", "is not in",
                    "ssh-keyscan -p 22 10.77.1.2 >>", "accept-new"});

    // The keys change places.
    std::string wrong = right;
    const std::size_t first = wrong.find("10.77.1.1"), second = wrong.find("10.77.1.2");
    wrong[first + 8] = '2';
    wrong[second + 8] = '1';
    write(hosts.known_hosts(), wrong);
    expect_refused(hosts, short_run(hosts, file), environment,
                   {"cannot trust host 10.77.1.1 (node n1)", "is not the one in", "ssh-keygen -f",
                    "-R '10.77.1.1'"});
    const fs::path accepting = hosts.hosts_file("host_keys = \"accept-new\"");
    expect_refused(hosts, short_run(hosts, accepting), environment, {"is not the one in"});

    fs::remove(hosts.known_hosts());
    EXPECT_EQ(short_run(hosts, accepting).exit_code, 0);
    const std::string written = content_of(hosts.known_hosts());
    EXPECT_NE(written.find("10.77.1.1 "), std::string::npos) << written;
    EXPECT_NE(written.find("10.77.1.2 "), std::string::npos) << written;
    EXPECT_EQ(short_run(hosts, hosts.hosts_file()).exit_code, 0) << "strict from now on";
  });
}

TEST(ssh_bad_input, keys_wrong_missing_and_locked) {
  with_ssh([] {
    SshHosts hosts(2);
    const fs::path other = hosts.folder() / "host_key_1";  // any key that opens nothing
    expect_refused(
        hosts,
        short_run(hosts, hosts.hosts_file("",
                                          [&](int host) {
                                            return host == 1
                                                       ? fmt::format("key = \"{}\"", other.string())
                                                       : "";
                                          })),
        environment,
        {"cannot log in to host 10.77.1.2 (node n2) as user root", other.string(), "was refused",
         "authorized_keys"});
    expect_refused(hosts,
                   short_run(hosts, hosts.hosts_file("", [](int) { return "key = \"no/such\""; })),
                   environment, {"cannot read the key", "no/such", "node n1", "ssh-add"});
    expect_refused(
        hosts, short_run(hosts, hosts.hosts_file("", [](int) { return "user = \"nobody-here\""; })),
        environment, {"cannot log in to host 10.77.1.1 (node n1) as user nobody-here"});
    const std::string locked = (hosts.folder() / "locked").string();
    fs::copy(hosts.key(), locked);
    ASSERT_EQ(
        ::system(
            fmt::format("ssh-keygen -q -p -N secret -f {} >/dev/null </dev/null", locked).c_str()),
        0);
    expect_refused(
        hosts,
        short_run(hosts,
                  hosts.hosts_file("", [&](int) { return fmt::format("key = \"{}\"", locked); })),
        environment, {"cannot read the key", "passphrase", "ssh-agent"});
  });
}

TEST(ssh_bad_input, hosts_that_do_not_answer) {
  with_ssh([] {
    SshHosts hosts(2);
    expect_refused(
        hosts,
        short_run(hosts,
                  hosts.hosts_file("", [](int host) { return host == 0 ? "port = 2222" : ""; })),
        environment,
        {"cannot connect to host 10.77.1.1 (node n1)", "refused", "listen on port 2222"});
    hosts.cut_off(1, true);
    expect_refused(hosts, short_run(hosts, hosts.hosts_file()), environment,
                   {"cannot connect to host 10.77.1.2 (node n2)", "timed out", "is it up"});
    // A listener that says nothing.
    const Descriptor silent = hosts.machines().listen_tcp(0, 2222);
    expect_refused(
        hosts,
        short_run(hosts,
                  hosts.hosts_file("", [](int host) { return host == 0 ? "port = 2222" : ""; })),
        environment, {"cannot connect to host 10.77.1.1 (node n1)"});
    expect_refused(
        hosts,
        short_run(
            hosts,
            hosts.hosts_file(
                "", [](int host) { return host == 0 ? "listen = \"no.such.host.invalid\"" : ""; })),
        environment, {"cannot resolve host no.such.host.invalid (node n1)"});
  });
}

TEST(ssh_bad_input, folders_full_forbidden_and_without_programs) {
  with_ssh([] {
    SshHosts hosts(2);
    const auto with = [&](const std::string& line) {
      return short_run(hosts,
                       hosts.hosts_file("", [&](int host) { return host == 1 ? line : ""; }));
    };
    expect_refused(hosts, with("folder = \"/run/small\""), environment,
                   {"cannot upload faultrig_agent to /run/small/faultrig-",
                    "host 10.77.1.2 (node n2)", "No space left", "free ", "`folder`"});
    expect_refused(hosts, with("folder = \"/run/no-programs\""), environment,
                   {"the agent on host 10.77.1.2 (node n2)", "ermission denied", "noexec"});
    expect_refused(hosts, with("folder = \"/run/missing\""), environment,
                   {"cannot make /run/missing/faultrig-", "node n2", "No such file", "`folder`"});
    expect_refused(hosts, with("user = \"student\"\nfolder = \"/run\""), environment,
                   {"cannot make /run/faultrig-", "node n2", "ermission denied"});
  });
}

TEST(ssh_bad_input, agents_of_another_version_missing_and_broken) {
  with_ssh([] {
    SshHosts hosts(2);
    const auto with_agent = [&](const std::string& script) {
      write(hosts.inside(1, "/run/agent"), "#!/bin/sh\n" + script + "\n", 0755);
      return short_run(hosts, hosts.hosts_file("", [&](int host) {
        return host == 1 ? "agent = \"/run/agent\"" : "";
      }));
    };
    expect_refused(hosts,
                   with_agent("echo hello; printf '\\001faultrig_agent 99\\n'; cat >/dev/null"),
                   environment,
                   {fmt::format("an agent of version 99, ours is {} on host 10.77.1.2 (node n2)",
                                agent_version),
                    "install the same faultrig"});
    expect_refused(hosts, with_agent("echo no rights >&2; exit 7"), environment,
                   {"the agent on host 10.77.1.2 (node n2): it ended (exit 7): no rights"});
    expect_refused(
        hosts,
        with_agent(fmt::format("printf '\\001faultrig_agent {}\\n\\377\\377\\377\\377'; cat",
                               agent_version)),
        environment, {"cannot understand a record of 4294967295 bytes", "node n2"});
    expect_refused(hosts, with_agent("cat /dev/zero"), environment,
                   {"cannot understand the agent: no greeting came", "node n2"});
    expect_refused(hosts, short_run(hosts, hosts.hosts_file("agent = \"/no/such/agent\"")),
                   environment, {"it ended (exit 127)", "node n1", "`agent`"});
  });
}

TEST(ssh_bad_input, an_agent_that_is_silent_is_given_up) {
  with_ssh([] {
    SshHosts hosts(1);
    write(hosts.inside(0, "/run/agent"), "#!/bin/sh\ncat >/dev/null\n", 0755);
    expect_refused(hosts, short_run(hosts, hosts.hosts_file("agent = \"/run/agent\"")), environment,
                   {"host 10.77.1.1 (node n1): no answer within 15000 ms"});
  });
}

TEST(ssh_bad_input, what_the_hosts_do_not_allow_is_a_matter_of_usage) {
  with_ssh([] {
    SshHosts hosts(3);
    const fs::path file = hosts.hosts_file();
    expect_refused(hosts, short_run(hosts, file, "none", {"--nodes", "4"}), usage,
                   {"4 nodes, but backend `ssh` has 3 hosts", "--nodes 3"});
    expect_refused(
        hosts, short_run(hosts, file, "power"), usage,
        {"host 10.77.1.1 (node n1): it is not declared disposable", "`disposable = true`"});
    // It is this machine: the last thing to be reset, whatever is declared.
    expect_refused(hosts, short_run(hosts, hosts.hosts_file("disposable = true"), "power"), usage,
                   {"host 10.77.1.1 (node n1): it shares its kernel with this machine"});
    const fs::path as_student = hosts.hosts_file("", [](int) { return "user = \"student\""; });
    expect_refused(hosts, short_run(hosts, as_student, "partition"), usage,
                   {"host 10.77.1.1 (node n1)", "nftables", "takes root"});
    expect_refused(hosts, short_run(hosts, as_student, "packet"), usage,
                   {"host 10.77.1.1 (node n1)", "nftables", "takes root"});
    expect_refused(hosts, hosts.faultrig({"run", "raft_kv", "--hosts", file, "--duration", "1s"}),
                   usage, {"add --backend ssh"});
    expect_refused(hosts, hosts.faultrig({"run", "raft_kv", "--backend", "ssh"}), usage,
                   {"backend `ssh` needs hosts", "--hosts FILE"});
    expect_refused(hosts,
                   hosts.faultrig({"run", "raft_kv", "--backend", "ssh", "--hosts", "/no/such"}),
                   usage, {"/no/such", "hosts file"});
  });
}

}  // namespace
}  // namespace faultrig::live
