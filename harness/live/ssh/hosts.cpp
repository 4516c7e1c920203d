#include "harness/live/ssh/hosts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdlib>
#include <filesystem>

#include "harness/store.hpp"
#include "harness/toml_reader.hpp"

namespace faultrig::live {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string> shared_settings = {
    "port",  "user",        "key",    "known_hosts", "host_keys",  "jump",           "disposable",
    "agent", "listen_port", "folder", "keep_data",   "ssh_config", "boot_patience_s"};

std::vector<std::string> settings_and(std::initializer_list<const char*> more) {
  std::vector<std::string> all = shared_settings;
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

// These words end up in a remote shell's command line or in that of a proxy.
bool is_plain(const std::string& text, std::string_view also) {
  return !text.empty() && text.front() != '-' &&
         std::all_of(text.begin(), text.end(), [&](unsigned char c) {
           return std::isalnum(c) != 0 || also.find(static_cast<char>(c)) != std::string_view::npos;
         });
}

void expect_plain(const Options& options, const char* name, const std::string& text,
                  std::string_view also) {
  if (text.empty() || is_plain(text, also)) return;
  throw options.error(name, fmt::format("`{}` is \"{}\"", name, text),
                      fmt::format("use letters, digits and {}", also));
}

// `~/` is home; other relative paths start where they were written.
std::string local_path(const std::string& text, const fs::path& base) {
  if (text.empty()) return text;
  const char* home = std::getenv("HOME");
  if (text.starts_with("~/") && home != nullptr) return (fs::path(home) / text.substr(2)).string();
  return fs::absolute(base / text).lexically_normal().string();
}

std::string remote_path(const Options& options, const char* name, const std::string& fallback) {
  const std::string text = options.text(name, fallback);
  if (text.empty() || (text.front() == '/' && is_plain(text, "/_-.+"))) return text;
  throw options.error(name, fmt::format("`{}` is \"{}\", no path for a host", name, text),
                      "begin with /, and use letters, digits and / _ - . +");
}

bool accepts_new(const Options& options, bool fallback) {
  const std::string word = options.text("host_keys", fallback ? "accept-new" : "strict");
  if (word == "strict" || word == "accept-new") return word == "accept-new";
  throw options.error("host_keys", fmt::format("`host_keys` is \"{}\"", word),
                      "it is \"strict\" or \"accept-new\"");
}

// What `options` say over what `host` says already.
void apply(const Options& options, const fs::path& base, SshHost& host) {
  host.port = static_cast<int>(options.integer("port", host.port, 1, 65'535));
  host.user = options.text("user", host.user);
  if (options.has("key")) host.key = local_path(options.text("key", ""), base);
  if (options.has("known_hosts"))
    host.known_hosts = local_path(options.text("known_hosts", ""), base);
  host.accept_new_host = accepts_new(options, host.accept_new_host);
  host.jump = options.text("jump", host.jump);
  host.disposable = options.boolean("disposable", host.disposable);
  host.boot_patience_s =
      static_cast<int>(options.integer("boot_patience_s", host.boot_patience_s, 1, 86'400));
  host.folder = remote_path(options, "folder", host.folder);
  host.agent = remote_path(options, "agent", host.agent);
  host.keep_data = options.boolean("keep_data", host.keep_data);
  host.ssh_config = options.boolean("ssh_config", host.ssh_config);
  host.address = options.text("address", host.address);
  host.listen = options.text("listen", host.listen);
  host.listen_port = static_cast<int>(options.integer("listen_port", host.listen_port, 0, 65'535));
  expect_plain(options, "user", host.user, "_-.");
  expect_plain(options, "jump", host.jump, "_-.@:");
  expect_plain(options, "address", host.address, "_-.");
  expect_plain(options, "listen", host.listen, "_-.");
}

// "user@address:port"
SshHost host_from(const std::string& text, const SshHost& shared, const Options& options) {
  SshHost host = shared;
  const std::size_t at = text.find('@');
  std::string rest = text;
  if (at != std::string::npos) {
    host.user = text.substr(0, at);
    rest = text.substr(at + 1);
  }
  const std::size_t colon = rest.find(':');
  host.address = rest.substr(0, colon);
  bool is_port = true;
  if (colon != std::string::npos) {
    const char* end = rest.data() + rest.size();
    const auto [stop, error] = std::from_chars(rest.data() + colon + 1, end, host.port);
    is_port = error == std::errc() && stop == end && host.port >= 1 && host.port <= 65'535;
  }
  if (!is_port || !is_plain(host.address, "_-.") || (at == 0) ||
      (!host.user.empty() && !is_plain(host.user, "_-."))) {
    throw options.error("hosts", fmt::format("`{}` is no host", text),
                        "write ADDRESS, USER@ADDRESS or USER@ADDRESS:PORT");
  }
  return host;
}

std::string host_of_jump(const std::string& jump) {
  const std::size_t at = jump.find('@');
  const std::string rest = at == std::string::npos ? jump : jump.substr(at + 1);
  return rest.substr(0, rest.find(':'));
}

void refuse_twins(const std::vector<SshHost>& hosts, const std::string& file) {
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    for (std::size_t j = 0; j < hosts.size(); ++j) {
      if (i < j && hosts[i].address == hosts[j].address && hosts[i].listen == hosts[j].listen) {
        throw UsageError(fmt::format("host {} is there twice", hosts[i].address),
                         "one node a host: links are told apart by address", file);
      }
      if (host_of_jump(hosts[i].jump) == hosts[j].address) {
        throw UsageError(fmt::format("host {} is reached through {}, which has a node of its own",
                                     hosts[i].address, hosts[j].address),
                         "cutting its links would cut us off: jump over another host", file);
      }
    }
  }
}

}  // namespace

std::string proxy_command(const SshHost& host) {
  std::string destination = host.jump;
  std::string port;
  if (const std::size_t colon = destination.find(':'); colon != std::string::npos) {
    port = " -p " + destination.substr(colon + 1);
    destination.resize(colon);
  }
  const auto quoted = [](const std::string& option, const std::string& path) {
    return path.empty() || path.find('\'') != std::string::npos
               ? ""
               : fmt::format(" {}'{}'", option, path);
  };
  return fmt::format("setsid ssh -o BatchMode=yes -o StrictHostKeyChecking={}{}{}{} -W %h:%p {}",
                     host.accept_new_host ? "accept-new" : "yes", quoted("-i ", host.key),
                     quoted("-o UserKnownHostsFile=", host.known_hosts), port, destination);
}

std::vector<SshHost> read_ssh_hosts(std::string_view toml, const std::string& file,
                                    const Options& shared) {
  const TomlTable root = read_toml(toml, file);
  root.expect_only_tables({"hosts"});
  const auto& list = root.list("hosts");
  if (list.empty())
    throw UsageError("there is no [[hosts]]", "a host says at least address = \"...\"", file);
  root.options.expect_only(settings_and({"hosts"}));
  const fs::path base = fs::path(file).parent_path();
  SshHost common;
  apply(root.options, base, common);
  apply(shared, "", common);
  std::vector<SshHost> hosts;
  for (const TomlTable& table : list) {
    const Options& options = table.plain();
    options.expect_only(settings_and({"address", "listen"}));
    SshHost host = common;
    apply(options, base, host);
    if (host.address.empty())
      throw options.error("address", "a host has no `address`", "a name, or digits and dots");
    hosts.push_back(std::move(host));
  }
  refuse_twins(hosts, file);
  return hosts;
}

void check_ssh_options(const RunPlan& plan) {
  const Options options = backend_options(plan, "ssh");
  options.expect_only(settings_and({"hosts", "hosts_file", "boot_times"}));
  options.boolean("boot_times", true);
}

std::vector<SshHost> read_ssh_hosts(const RunPlan& plan) {
  check_ssh_options(plan);
  const Options options = backend_options(plan, "ssh");
  const std::string file = options.text("hosts_file", "");
  const std::vector<std::string> words = options.texts("hosts", {});
  if (file.empty() == words.empty()) {
    throw options.error("hosts",
                        file.empty() ? "backend `ssh` needs hosts"
                                     : "hosts are named both in a file and in the plan",
                        "write --hosts FILE, or [ssh] hosts = [\"user@address\"] in a plan");
  }
  if (!file.empty()) {
    std::string text;
    try {
      text = read_file(file);
    } catch (const EnvironmentError& error) {
      throw UsageError(error.what(), "name the path of a hosts file (TOML)");
    }
    return read_ssh_hosts(text, file, options);
  }
  SshHost shared;
  apply(options, "", shared);
  std::vector<SshHost> hosts;
  for (const std::string& word : words) hosts.push_back(host_from(word, shared, options));
  refuse_twins(hosts, plan.file);
  return hosts;
}

}  // namespace faultrig::live
