// Which remote hosts a run has and how to get onto them: a TOML file, or the plan's table [ssh].
//
//   user = "root"   key = "id_ed25519"        what all hosts share; a host may say otherwise
//   [[hosts]]
//   address = "10.0.0.1"   port = 22   listen = "192.168.7.1"   listen_port = 7000
//   known_hosts = "FILE"   host_keys = "strict" | "accept-new"   jump = "user@host:port"
//   disposable = false     folder = "/var/tmp"   agent = "/usr/bin/faultrig_agent"
//   keep_data = false      ssh_config = false   boot_patience_s = 300
//
// [ssh] takes the same settings, `hosts_file`, for a short list hosts = ["user@address:port"], and
// boot_times (true), whether every node has been up for another length of time.
// Node n1 runs on the first host, n2 on the second, and so on.
#pragma once

#include <string>
#include <vector>

#include "harness/options.hpp"
#include "harness/plan.hpp"

namespace faultrig::live {

struct SshHost {
  std::string address;  // a name or dotted
  int port = 22;
  std::string user;                 // empty: ours
  std::string key;                  // a private key; empty: ssh-agent, then the usual ones
  std::string known_hosts;          // empty: ~/.ssh/known_hosts
  bool accept_new_host = false;     // an unknown host's key is taken and written down
  std::string jump;                 // "user@host:port"; empty: none
  bool disposable = false;          // may be spoilt, as by setting its clock or a reset
  int boot_patience_s = 300;        // how long it may take to answer again after a reset
  std::string folder = "/var/tmp";  // where the run's own folder is made
  std::string agent;                // there already; empty: uploaded
  bool keep_data = false;           // leave the run's folder behind
  bool ssh_config = false;          // read ~/.ssh/config as well
  std::string listen;               // the node's own address; empty: `address`
  int listen_port = 0;              // 0: what the manifest says
};

// Throws UsageError for names in the plan's table [ssh] that nobody knows.
void check_ssh_options(const RunPlan& plan);
// Throws UsageError, with file, line and column where there are any; also when there is none.
std::vector<SshHost> read_ssh_hosts(const RunPlan& plan);
std::vector<SshHost> read_ssh_hosts(std::string_view toml, const std::string& file,
                                    const Options& shared = {});

// The command through which a host behind a jump host is reached: the `ssh` of this machine, which
// must not ask anybody anything, nor end by the Ctrl-C that is meant for us: we heal through it. %h
// and %p stand for the host.
std::string proxy_command(const SshHost& host);

}  // namespace faultrig::live
