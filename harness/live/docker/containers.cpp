#include "harness/live/docker/containers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstring>

#include "checkers/history/json.hpp"

namespace faultrig::live {
namespace {

Value list_of(const std::vector<std::string>& texts) {
  return Value(Value::List(texts.begin(), texts.end()));
}

bool flag(const Value& map, const char* name) {
  const Value* value = map.find(name);
  return value != nullptr && value->kind() == Value::Kind::boolean && value->as_boolean();
}

std::string port_key(const ContainerPlan& plan) {
  return fmt::format("{}/tcp", plan.published_port);
}

Value host_config(const ContainerPlan& plan) {
  Value::Map config = {
      {"NetworkMode", plan.network},
      // The log is followed as it is written; a second copy would only fill the engine's disk.
      {"LogConfig", Value::map({{"Type", "none"}})},
      // A first process that reaps and lets default signal actions work, as on a real machine.
      {"Init", !plan.is_init},
      // Killed and started again, it must find its disk as it was.
      {"AutoRemove", false},
      {"RestartPolicy", Value::map({{"Name", "no"}})}};
  if (!plan.hosts.empty()) config.emplace_back("ExtraHosts", list_of(plan.hosts));
  if (!plan.capabilities.empty()) config.emplace_back("CapAdd", list_of(plan.capabilities));
  Value::List mounts;
  for (const BindMount& bind : plan.binds) {
    mounts.push_back(Value::map({{"Type", "bind"},
                                 {"Source", bind.from},
                                 {"Target", bind.to},
                                 {"ReadOnly", bind.is_read_only}}));
  }
  if (!plan.volume.empty())
    mounts.push_back(Value::map({{"Type", "volume"}, {"Target", plan.volume}}));
  if (!mounts.empty()) config.emplace_back("Mounts", Value(std::move(mounts)));
  if (!plan.volumes_from.empty()) config.emplace_back("VolumesFrom", list_of({plan.volumes_from}));
  if (plan.published_port != 0) {
    const Value here = Value::map({{"HostIp", plan.publish_at}, {"HostPort", ""}});
    config.emplace_back("PortBindings", Value::map({{port_key(plan), Value::list({here})}}));
  }
  return Value(std::move(config));
}

std::string creation(const ContainerPlan& plan) {
  Value::Map config = {{"Image", plan.image},
                       {"Entrypoint", list_of(plan.command)},
                       {"Cmd", Value::list({})},
                       {"Env", list_of(plan.environment)},
                       {"Labels", plan.labels},
                       {"StopTimeout", 1},
                       {"HostConfig", host_config(plan)}};
  if (!plan.host_name.empty()) config.emplace_back("Hostname", plan.host_name);
  if (!plan.user.empty()) config.emplace_back("User", plan.user);
  if (!plan.folder.empty()) config.emplace_back("WorkingDir", plan.folder);
  if (plan.published_port != 0)
    config.emplace_back("ExposedPorts", Value::map({{port_key(plan), Value::map({})}}));
  if (plan.has_input) {
    config.emplace_back("OpenStdin", true);
    config.emplace_back("StdinOnce", true);
  }
  return to_json(Value(std::move(config)));
}

}  // namespace

Container Container::create(const EngineClient& engine, const ContainerPlan& plan,
                            std::string who) {
  Container container;
  container.engine_ = &engine;
  container.who_ = std::move(who);
  const Value answer =
      engine.ask_value({.purpose = fmt::format("make the container of {}", container.who_),
                        .method = "POST",
                        .path = "/containers/create?name=" + url_encoded(plan.name),
                        .body = creation(plan)});
  container.id_ = answer.string_or("Id", "");
  if (!container.id_.empty()) return container;
  throw EnvironmentError(fmt::format("cannot make the container of {}:", container.who_),
                         fmt::format("the Docker engine at {} gave it no id", engine.socket()), 0);
}

EngineRequest Container::request(const std::string& verb, const std::string& method,
                                 const std::string& what) const {
  return {.purpose = fmt::format("{} {}", verb, who_),
          .method = method,
          .path = fmt::format("/containers/{}{}", id_, what)};
}

// False when the engine says that the container is not in a state for it.
bool Container::change(const std::string& verb, const std::string& what) const {
  const EngineRequest asked = request(verb, "POST", what);
  const EngineReply reply = engine_->ask(asked);
  constexpr unsigned conflict = 409;
  if (!reply.ok() && reply.status != conflict) throw engine_->refusal(asked, reply);
  return reply.ok();
}

void Container::start() const { engine_->ask_ok(request("start", "POST", "/start")); }

void Container::kill() const {
  // The engine lets a paused one go on only once the signal is there, so that it does nothing more.
  change("kill", "/kill?signal=SIGKILL");
  await_end();
}

bool Container::pause() const { return change("pause", "/pause"); }
bool Container::resume() const { return change("resume", "/unpause"); }

ContainerState Container::state() const {
  const Value answer = engine_->ask_value(request("look at", "GET", "/json"));
  const Value* found = answer.find("State");
  ContainerState state;
  if (found == nullptr) return state;
  state.status = found->string_or("Status", "");
  state.running = flag(*found, "Running");
  state.paused = flag(*found, "Paused");
  state.process = static_cast<pid_t>(found->integer_or("Pid", 0));
  state.exit_code = static_cast<int>(found->integer_or("ExitCode", 0));
  state.error = found->string_or("Error", "");
  state.out_of_memory = flag(*found, "OOMKilled");
  return state;
}

ContainerState Container::await_end() const {
  engine_->ask_ok(request("await the end of", "POST", "/wait?condition=not-running"));
  return state();
}

ContainerAddress Container::address(const std::string& network) const {
  const EngineRequest asked = request("find the address of", "GET", "/json");
  const Value answer = engine_->ask_value(asked);
  const Value* settings = answer.find("NetworkSettings");
  const Value* networks = settings == nullptr ? nullptr : settings->find("Networks");
  const Value* there = networks == nullptr ? nullptr : networks->find(network);
  ContainerAddress address;
  if (there != nullptr) {
    address.ip = there->string_or("IPAddress", "");
    address.gateway = there->string_or("Gateway", "");
  }
  if (address.ip.empty()) {
    throw EnvironmentError(fmt::format("cannot {}:", asked.purpose),
                           fmt::format("the Docker engine at {} has given it none on network {}",
                                       engine_->socket(), network),
                           0, "has it ended? see the engine's log");
  }
  const Value* ports = settings->find("Ports");
  if (ports != nullptr && ports->is_map()) {
    for (const auto& [inside, bindings] : ports->as_map()) {
      if (!bindings.is_list() || bindings.as_list().empty()) continue;
      const std::string port = bindings.as_list().front().string_or("HostPort", "");
      std::from_chars(port.data(), port.data() + port.size(), address.published);
    }
  }
  return address;
}

int Container::count_processes() const {
  const EngineRequest asked = request("count the processes of", "GET", "/top");
  const EngineReply reply = engine_->ask(asked);
  if (!reply.ok()) return state().running ? 1 : 0;  // an engine's machine may have no ps(1)
  const Value* processes = nullptr;
  Value answer;
  try {
    answer = parse_json(reply.body);
    processes = answer.find("Processes");
  } catch (const JsonError&) {  // counted as one
  }
  const int all = processes != nullptr && processes->is_list()
                      ? static_cast<int>(processes->as_list().size())
                      : 0;
  return std::max(1, all - 1);
}

OutputStream Container::attach(bool input) const {
  return engine_->attach(id_, fmt::format("follow the output of {}", who_), input);
}

std::string how_it_ended(const ContainerState& state) {
  constexpr int signalled = 128;
  const int number = state.exit_code - signalled;
  if (number <= 0 || number >= NSIG) return fmt::format("exit {}", state.exit_code);
  const char* name = ::sigabbrev_np(number);
  return fmt::format("signal {} (SIG{}){}", number, name == nullptr ? "?" : name,
                     state.out_of_memory ? ", out of memory" : "");
}

}  // namespace faultrig::live
