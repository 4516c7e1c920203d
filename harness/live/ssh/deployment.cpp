#include "harness/live/ssh/deployment.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <map>
#include <memory>

#include "harness/errors.hpp"
#include "harness/live/local/node_commands.hpp"
#include "harness/live/spawn/boot_time.hpp"

namespace faultrig::live {
namespace {

namespace fs = std::filesystem;

std::string ipv4_of(const std::string& name, const std::string& node) {
  addrinfo wanted{};
  wanted.ai_family = AF_INET;
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int result = ::getaddrinfo(name.c_str(), nullptr, &wanted, &found);
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, ::freeaddrinfo);
  if (result != 0 || found == nullptr) {
    throw EnvironmentError("cannot resolve",
                           fmt::format("host {} (node {}): {}", name, node, ::gai_strerror(result)),
                           0, "correct it in the hosts file, or write its IPv4 address");
  }
  sockaddr_in address{};
  std::memcpy(&address, found->ai_addr, sizeof address);
  char text[INET_ADDRSTRLEN];
  ::inet_ntop(AF_INET, &address.sin_addr, text, sizeof text);
  return text;
}

// Folders here and what stands for them there.
using Places = std::map<std::string, fs::path>;

// The file here that `text`, a path there, stands for; empty: none of ours.
fs::path original_of(const std::string& text, const Places& places) {
  for (const auto& [there, here] : places)
    if (text.starts_with(there + "/")) return here / text.substr(there.size() + 1);
  return {};
}

void add_upload(Deployment& deployment, const std::string& path, const Places& places) {
  const fs::path here = original_of(path, places);
  std::error_code error;
  if (here.empty() || !fs::is_regular_file(here, error)) return;
  const std::pair entry(here, path);
  auto& all = deployment.upload;
  if (std::find(all.begin(), all.end(), entry) == all.end()) all.push_back(entry);
}

void plan_upload(Deployment& deployment, const TargetManifest& manifest, const Places& places) {
  const std::string& name = deployment.program.command[0];
  if (const fs::path here = original_of(name, places); !here.empty()) {
    NodeProgram local = deployment.program;
    local.command[0] = here.string();
    expect_executable(local, manifest);
  }
  for (const std::string& word : deployment.program.command) {
    add_upload(deployment, word, places);
    add_upload(deployment, word.substr(word.find('=') + 1), places);
  }
  for (const std::string& entry : deployment.program.environment)
    add_upload(deployment, entry.substr(entry.find('=') + 1), places);
}

void refuse_twins(const std::vector<Deployment>& all, const std::string& file) {
  for (const Deployment& one : all) {
    for (const Deployment& other : all) {
      if (&one == &other || one.address.ip != other.address.ip) continue;
      throw UsageError(fmt::format("nodes {} and {} both have the address {}", one.node, other.node,
                                   one.address.ip),
                       "one node a host: links are told apart by address", file);
    }
  }
}

}  // namespace

std::vector<Deployment> plan_deployment(const RunPlan& plan, const TargetManifest& manifest,
                                        const fs::path& programs, const std::vector<SshHost>& hosts,
                                        const std::string& run) {
  std::vector<Deployment> all;
  std::vector<NodePlace> places;
  for (int number = 1; number <= plan.nodes; ++number) {
    Deployment deployment;
    deployment.node = fmt::format("n{}", number);
    deployment.host = hosts.at(static_cast<std::size_t>(number) - 1);
    const SshHost& host = deployment.host;
    deployment.folder = fmt::format("{}/faultrig-{}", host.folder, run);
    deployment.node_folder = deployment.folder + "/" + deployment.node;
    deployment.address = {
        ipv4_of(host.listen.empty() ? host.address : host.listen, deployment.node),
        static_cast<std::uint16_t>(host.listen_port == 0 ? manifest.port : host.listen_port)};
    places.push_back({deployment.node, deployment.address, deployment.node_folder});
    all.push_back(std::move(deployment));
  }
  refuse_twins(all, plan.file);
  const bool boot_times = backend_options(plan, "ssh").boolean("boot_times", true);
  for (Deployment& deployment : all) {
    // The placeholders are filled in as if everything were in the host's folder.
    const std::string bin = deployment.folder + "/bin", beside = deployment.folder + "/manifest";
    TargetManifest there = manifest;
    there.file = beside + "/target.toml";
    const Places origins{{bin, programs}, {beside, fs::absolute(manifest.file).parent_path()}};
    for (NodeProgram& program : node_programs(plan, there, places, bin))
      if (program.name == deployment.node) deployment.program = std::move(program);
    if (boot_times) deployment.program.since_boot = time_since_boot(plan, deployment.node);
    plan_upload(deployment, manifest, origins);
  }
  return all;
}

std::string remedy_for_exit(int status) {
  if (status == 126) {
    return "is the folder mounted noexec (choose another `folder`), or is the machine of another "
           "kind than ours (install an agent built for it and name it with `agent`)?";
  }
  return status == 127 ? "name the agent that is installed there with `agent`, or none" : "";
}

}  // namespace faultrig::live
