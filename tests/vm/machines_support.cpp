#include "tests/vm/machines_support.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <linux/if_tun.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

#include "harness/live/spawn/launcher.hpp"
#include "harness/live/switch/device.hpp"

namespace faultrig::live {
namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

constexpr const char* bridge = "bridge";
constexpr Ipv4 control_address = 0x0a4e0064, netmask = 0xffffff00;
// A guard against waiting for ever, far beyond what a busy machine needs.
constexpr std::chrono::minutes boot_guard{8};

void must(bool worked, const std::string& what) {
  if (!worked) throw std::runtime_error(what + ": " + std::strerror(errno));
}

fs::path image_folder() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  const fs::path base =
      cache != nullptr && *cache != '\0' ? fs::path(cache) : fs::path(home ? home : "") / ".cache";
  return base / "faultrig/vm/current";
}

bool has_program(const std::string& name) {
  return std::system(fmt::format("command -v {} >/dev/null", name).c_str()) == 0;
}

std::string missing_for_vms() {
  if (::geteuid() != 0 || !may_make_namespaces()) return "root";
  if (::access("/dev/net/tun", R_OK | W_OK) != 0) return "/dev/net/tun (modprobe tun)";
  if (!has_program("qemu-system-x86_64"))
    return "qemu-system-x86_64: apt-get install qemu-system-x86, or `./dev test --all`";
  for (const std::string name : {"ssh", "ssh-keygen"})
    if (!has_program(name)) return name + ": apt-get install openssh-client";
  if (!fs::exists(image_folder() / "root.img"))
    return fmt::format("the image {}: run tests/vm/build_image, or `./dev test --all`",
                       image_folder().string());
  return "";
}

std::string content_of(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

void write(const fs::path& path, const std::string& text, mode_t mode = 0600) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::trunc) << text;
  ::chmod(path.c_str(), mode);
}

void make_key(const fs::path& path) {
  const end_to_end::Result made = end_to_end::run(
      {"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path}, path.parent_path());
  if (made.exit_code != 0) throw std::runtime_error("ssh-keygen: " + made.output);
}

ifreq named(const std::string& device) {
  ifreq request{};
  std::copy_n(device.begin(), std::min<std::size_t>(device.size(), IFNAMSIZ - 1), request.ifr_name);
  return request;
}

void make_bridge() {
  const Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  must(::ioctl(socket.get(), SIOCBRADDBR, bridge) == 0, "cannot make a bridge (modprobe bridge)");
  Device device(bridge, "control");
  device.set_address(control_address, netmask);
  device.bring_up(true);
}

}  // namespace

void with_vms(const std::function<void()>& body) {
  const std::string missing = missing_for_vms();
  if (!missing.empty()) GTEST_SKIP() << "NOT TESTED, it needs " << missing;
  in_sandbox(body);
}

VirtualMachines::VirtualMachines(int count)
    : count_(count), network_(NetworkNamespace::create("control")) {
  const auto begun = steady_clock::now();
  network_.inside([] {
    tune_namespace();
    make_bridge();
  });
  make_key(folder() / "key");
  for (int machine = 0; machine < count; ++machine) start(machine);
  for (int machine = 0; machine < count; ++machine) await_ssh(machine);
  const std::chrono::duration<double> taken = steady_clock::now() - begun;
  fmt::print("{} machines ready after {:.1f} s\n", count, taken.count());
}

// A TAP device on the bridge; the emulator has its other end.
Descriptor VirtualMachines::make_device(int machine) {
  Descriptor tap(::open("/dev/net/tun", O_RDWR));
  must(tap.is_open(), "/dev/net/tun");
  ifreq request = named(fmt::format("m{}", machine));
  request.ifr_flags = IFF_TAP | IFF_NO_PI;
  must(::ioctl(tap.get(), TUNSETIFF, &request) == 0, "TUNSETIFF");
  Device device(request.ifr_name, "the emulator");
  ifreq port = named(bridge);
  port.ifr_ifindex = device.index();
  const Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  must(::ioctl(socket.get(), SIOCBRADDIF, &port) == 0, "SIOCBRADDIF");
  device.bring_up(true);
  return tap;
}

// What makes this machine another one than its siblings: an archive that it unpacks over its root.
fs::path VirtualMachines::make_settings(int machine) {
  const fs::path root = folder() / fmt::format("settings_{}", machine);
  write(root / "etc/machine", fmt::format("name=m{}\naddress={}/24\n", machine, address(machine)),
        0644);
  fs::create_directories(root / "etc/ssh");
  make_key(root / "etc/ssh/host_key");
  std::istringstream words(content_of(root / "etc/ssh/host_key.pub"));
  std::string kind, body;
  words >> kind >> body;
  std::ofstream(folder() / "known_hosts", std::ios::app)
      << fmt::format("{} {} {}\n", address(machine), kind, body);
  write(root / "root/.ssh/authorized_keys", content_of(folder() / "key.pub"));
  fs::permissions(root / "root", fs::perms::owner_all);
  const fs::path archive = root.string() + ".tar";
  const end_to_end::Result packed = end_to_end::run(
      {"tar", "-cf", archive, "--owner=0", "--group=0", "-C", root, "etc", "root"}, folder());
  if (packed.exit_code != 0) throw std::runtime_error("tar: " + packed.output);
  return archive;
}

void VirtualMachines::start(int machine) {
  const fs::path image = image_folder(), settings = make_settings(machine);
  network_.inside([&] {
    const Descriptor tap = make_device(machine);
    const std::string disk = "if=virtio,format=raw,cache=unsafe,";
    emulators_.push_back(std::make_unique<end_to_end::Background>(
        std::vector<std::string>{
            "qemu-system-x86_64",
            "-accel",
            "tcg,tb-size=64",
            "-cpu",
            "qemu64",
            "-m",
            "256",
            "-nodefaults",
            "-no-user-config",
            "-display",
            "none",
            "-serial",
            fmt::format("file:{}/console_{}", folder().string(), machine),
            "-kernel",
            image / "vmlinuz",
            "-initrd",
            image / "initramfs",
            "-append",
            "console=ttyS0 quiet mitigations=off panic=-1",
            "-drive",
            disk + "snapshot=on,file=" + (image / "root.img").string(),
            "-drive",
            disk + "readonly=on,file=" + settings.string(),
            "-netdev",
            fmt::format("tap,id=net,fd={}", tap.get()),
            "-device",
            fmt::format("virtio-net-pci,netdev=net,romfile=,mac=52:54:00:00:00:{:02x}",
                        machine + 1)},
        folder()));
  });
}

bool VirtualMachines::answers_ssh(int machine) const {
  Descriptor socket;
  network_.inside([&] { socket = Descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)); });
  // Connecting and reading both give up.
  const timeval patience{2, 0};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  sockaddr_in there{};
  there.sin_family = AF_INET;
  there.sin_port = htons(22);
  ::inet_pton(AF_INET, address(machine).c_str(), &there.sin_addr);
  char greeting[4] = {};
  return ::connect(socket.get(), reinterpret_cast<sockaddr*>(&there), sizeof there) == 0 &&
         ::recv(socket.get(), greeting, sizeof greeting, MSG_WAITALL) == sizeof greeting &&
         std::string(greeting, sizeof greeting) == "SSH-";
}

void VirtualMachines::await_ssh(int machine) {
  const auto end = steady_clock::now() + boot_guard;
  while (!answers_ssh(machine)) {
    if (steady_clock::now() > end) {
      throw std::runtime_error(
          fmt::format("machine {} did not come up; its console says:\n{}", machine,
                      content_of(folder() / fmt::format("console_{}", machine))));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

fs::path VirtualMachines::hosts_file(const std::string& shared) {
  std::string text = fmt::format(
      "user = \"root\"\nkey = \"{0}/key\"\n"
      "known_hosts = \"{0}/known_hosts\"\n{1}\n",
      folder().string(), shared);
  for (int machine = 0; machine < count_; ++machine)
    text += fmt::format("[[hosts]]\naddress = \"{}\"\n", address(machine));
  write(folder() / "hosts.toml", text);
  return folder() / "hosts.toml";
}

end_to_end::Result VirtualMachines::on(int machine, const std::string& command) {
  std::unique_ptr<end_to_end::Background> program;
  network_.inside([&] {
    program = std::make_unique<end_to_end::Background>(
        std::vector<std::string>{
            "ssh", "-F", "none", "-q", "-o", "BatchMode=yes", "-o",
            fmt::format("UserKnownHostsFile={}/known_hosts", folder().string()), "-o",
            "ServerAliveInterval=5", "-i", folder() / "key", "root@" + address(machine), command},
        folder());
  });
  return program->wait();
}

std::string VirtualMachines::ask(int machine, const std::string& command) {
  end_to_end::Result result = on(machine, command);
  EXPECT_EQ(result.exit_code, 0) << command << ": " << result.output;
  while (!result.output.empty() && result.output.back() == '\n') result.output.pop_back();
  return result.output;
}

std::unique_ptr<end_to_end::Background> VirtualMachines::start_faultrig(
    std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), end_to_end::program("faultrig"));
  std::unique_ptr<end_to_end::Background> program;
  network_.inside([&] { program = std::make_unique<end_to_end::Background>(arguments, folder()); });
  return program;
}

std::string VirtualMachines::leftovers_on(int machine) {
  // The brackets keep the command from finding itself.
  return ask(machine,
             "ls -d /var/tmp/faultrig[-]* 2>/dev/null; nft list tables; "
             "tc qdisc show | grep -E 'netem|prio '; "
             "grep -a -l 'faultrig[-]' /proc/[0-9]*/cmdline 2>/dev/null; true");
}

std::string VirtualMachines::leftovers() {
  std::string found;
  for (int machine = 0; machine < count_; ++machine) {
    const std::string here = leftovers_on(machine);
    if (!here.empty()) found += fmt::format("m{}: {}\n", machine, here);
  }
  return found;
}

}  // namespace faultrig::live
