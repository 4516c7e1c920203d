#include "harness/live/docker/node_containers.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <fstream>
#include <iterator>

#include "harness/live/clock/node_clock.hpp"
#include "harness/live/docker/images.hpp"
#include "harness/live/spawn/process_list.hpp"
#include "harness/store.hpp"

namespace faultrig::live {
namespace {

namespace fs = std::filesystem;

constexpr const char* folder_inside = "/faultrig";
constexpr const char* holder_program = "faultrig_holder";
constexpr const char* init_program = "faultrig_init";
constexpr const char* init_inside = "/faultrig-init";
constexpr const char* clock_inside = "/faultrig-clock";
constexpr auto mark_patience = std::chrono::seconds(2);

bool is_empty_image(const TargetManifest& manifest) {
  return manifest.container.image.empty() && manifest.container.dockerfile.empty();
}

// {bin} and {manifest} are folders of this machine: in a container only the program itself is
// there, and only in an image that we made of it.
void refuse_folders_of_this_machine(const TargetManifest& manifest,
                                    const std::vector<std::string>& command) {
  const auto refuse = [&](const std::string& text) {
    for (const char* folder : {"{bin}", "{manifest}"}) {
      if (text.find(folder) == std::string::npos) continue;
      throw UsageError(
          fmt::format("\"{}\" names {}, a folder that is not in the container", text, folder),
          is_empty_image(manifest)
              ? "give the target an image with what it needs: [docker] image or dockerfile"
              : "write the command as it is in the image: command under [docker]",
          manifest.file);
    }
  };
  const std::size_t first = is_empty_image(manifest) ? 1 : 0;
  for (std::size_t i = first; i < command.size(); ++i) refuse(command[i]);
  for (const auto& [name, text] : manifest.environment) refuse(text);
}

std::vector<NodePlace> make_places(const ClusterParts& parts,
                                   const std::map<std::string, Ipv4>& addresses,
                                   const std::vector<NodeName>& nodes) {
  std::vector<NodePlace> places;
  for (const NodeName& node : nodes) {
    const NodeAddress address{to_string(addresses.at(node)),
                              static_cast<std::uint16_t>(parts.manifest.port)};
    NodePlace place{node, address, fs::absolute(parts.folder.node(node))};
    std::error_code error;
    fs::create_directories(place.data(), error);
    if (error) throw EnvironmentError("cannot make", place.data().string(), error.value());
    // Whichever user an image of the target's own runs its program as must be able to write.
    if (!is_empty_image(parts.manifest)) {
      for (const fs::path& folder : {place.folder, place.data()})
        fs::permissions(folder, fs::perms::all, error);
    }
    places.push_back(std::move(place));
  }
  return places;
}

// The programs as they are called inside.
std::vector<NodeProgram> programs_inside(const ClusterParts& parts,
                                         const std::vector<NodePlace>& places,
                                         const std::vector<std::string>& command) {
  std::vector<NodePlace> inside = places;
  for (NodePlace& place : inside) place.folder = folder_inside;
  TargetManifest manifest = parts.manifest;
  manifest.command = command;
  return node_programs(parts.plan, manifest, inside, image_programs);
}

std::string container_name(const RunContainers& run, const NodeName& node) {
  return fmt::format("faultrig-{}-{}", run.run(), node);
}

bool has_mark(pid_t process, const std::string& mark) {
  std::ifstream file(fmt::format("/proc/{}/environ", process), std::ios::binary);
  const std::string environment{std::istreambuf_iterator<char>(file), {}};
  return ('\0' + environment).find('\0' + mark + '\0') != std::string::npos;
}

void expect_mark(pid_t process, const NodeName& node, const std::string& mark) {
  // An engine says that it has started a container a moment before its program is executed.
  const auto deadline = std::chrono::steady_clock::now() + mark_patience;
  while (std::chrono::steady_clock::now() < deadline) {
    if (has_mark(process, mark)) return;
    ::poll(nullptr, 0, 1);
  }
  throw EnvironmentError(
      "cannot reach the network of", fmt::format("node {}", node), 0,
      "run as root on the machine of the Docker engine: the nodes are joined by devices that "
      "faultrig makes in their network namespaces");
}

}  // namespace

NodeContainers plan_containers(const ClusterParts& parts, const EngineClient& engine,
                               const RunContainers& run,
                               const std::map<std::string, Ipv4>& addresses,
                               const std::vector<NodeName>& nodes) {
  const TargetManifest& manifest = parts.manifest;
  const auto& own = manifest.container.command;
  const std::vector<std::string>& command = own.empty() ? manifest.command : own;
  refuse_folders_of_this_machine(manifest, command);
  NodeContainers planned;
  planned.places = make_places(parts, addresses, nodes);
  std::vector<NodeProgram> programs = programs_inside(parts, planned.places, command);

  std::string image, user;
  if (is_empty_image(manifest)) {
    const auto here = node_programs(parts.plan, manifest, planned.places, parts.programs);
    expect_executable(here.front(), manifest);
    const fs::path program = find_program(here.front().command.front());
    image = image_of_program(engine, manifest.name, program);
    for (NodeProgram& inside : programs)
      inside.command.front() = fmt::format("{}/{}", image_programs, program.filename().string());
    user = fmt::format("{}:{}", ::geteuid(), ::getegid());  // whoever may then remove the files
    planned.as_root = ::geteuid() == 0;
  } else {
    image = image_of_recipe(engine, manifest);
    planned.as_root = starts_as_root(engine, image);
  }
  std::vector<std::string> hosts;
  for (const auto& [name, address] : addresses)
    hosts.push_back(fmt::format("{}:{}", name, to_string(address)));
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    planned.holders.push_back(plan_holder(engine, run, parts.programs, nodes[i], hosts));

    ContainerPlan node;
    node.name = container_name(run, nodes[i]);
    node.image = image;
    node.command = programs[i].command;
    node.environment = programs[i].environment;
    node.labels = run.labels();
    node.user = user;
    node.binds = {{planned.places[i].folder.string(), folder_inside}};
    if (is_empty_image(manifest)) node.folder = programs[i].folder;
    planned.nodes.push_back(std::move(node));
  }
  return planned;
}

bool can_travel(const fs::path& programs) {
  return is_static_executable(read_file(programs / init_program));
}

void give_times(ContainerPlan& node, const fs::path& programs, const NodeTimes& times) {
  if (times.clock.empty() && times.since_boot.count() == 0) return;
  const fs::path init = fs::absolute(programs / init_program);
  if (!can_travel(programs)) {
    throw EnvironmentError("cannot put into a container", init.string(), ENOEXEC,
                           "clocks in containers take a build without sanitizers");
  }
  node.binds.push_back({init.string(), init_inside, true});
  std::vector<std::string> before = {init_inside};
  if (!times.clock.empty()) {
    for (const std::string file : {NodeClock::clock_file, NodeClock::follow_file})
      node.binds.push_back({(times.clock / file).string(), fmt::format("{}/{}", clock_inside, file),
                            file == NodeClock::clock_file});
    before.insert(before.end(), {"--clock", clock_inside});
    // Without it the seccomp profile of engine 20.10 lets nobody trace, and elsewhere root may not
    // trace a program that went on as another user.
    node.capabilities.emplace_back("SYS_PTRACE");
  }
  if (times.since_boot.count() != 0) {
    before.insert(before.end(), {"--since-boot", std::to_string(times.since_boot.count())});
    // Dropped by the init before it starts anything.
    node.capabilities.insert(node.capabilities.end(), {"SYS_ADMIN", "SYS_TIME"});
  }
  node.command.insert(node.command.begin(), before.begin(), before.end());
  node.is_init = true;
}

ContainerPlan plan_holder(const EngineClient& engine, const RunContainers& run,
                          const fs::path& programs, const NodeName& node,
                          const std::vector<std::string>& hosts) {
  ContainerPlan holder;
  holder.name = container_name(run, node) + "-network";
  holder.image = image_of_program(engine, "holder", programs / holder_program);
  holder.command = {fmt::format("{}/{}", image_programs, holder_program)};
  holder.environment = {fmt::format("FAULTRIG_MACHINE={}/{}", run.run(), node)};
  holder.labels = run.labels();
  holder.network = "none";
  holder.host_name = node;
  holder.hosts = hosts;
  return holder;
}

ContainerProcess ContainerProcess::of(const Container& container, const NodeName& node,
                                      const std::string& mark) {
  ContainerProcess process;
  // Seen with the same number before and after it was taken hold of, it is the one.
  for (pid_t seen = container.state().process; seen > 0;) {
    Descriptor handle(static_cast<int>(::syscall(SYS_pidfd_open, seen, 0)));
    const int error = errno;
    const pid_t again = container.state().process;
    if (again != seen) {
      seen = again;
      continue;
    }
    // The engine may not have noticed yet that it has ended.
    if (!handle.is_open() && error != ESRCH)
      throw EnvironmentError("cannot take hold of the process of", "node " + node, error);
    process.pid_ = seen;
    process.handle_ = std::move(handle);
    break;
  }
  if (!mark.empty()) expect_mark(process.pid_, node, mark);
  return process;
}

bool ContainerProcess::ends_within(std::chrono::milliseconds patience) const {
  if (!handle_.is_open()) return true;
  pollfd end{handle_.get(), POLLIN, 0};
  return ::poll(&end, 1, static_cast<int>(patience.count())) == 1;
}

int ContainerProcess::count() const {
  if (has_ended()) return 0;
  const std::string path = fmt::format("/proc/{}/root/proc", pid_);
  const Descriptor proc(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return proc.is_open() ? count_processes(proc.get()).alive : 0;
}

bool ContainerProcess::kill_and_wait(std::chrono::milliseconds patience) const {
  kill();
  return ends_within(patience);
}

void ContainerProcess::kill() const {
  if (handle_.is_open()) ::syscall(SYS_pidfd_send_signal, handle_.get(), SIGKILL, nullptr, 0);
}

}  // namespace faultrig::live
