#include "harness/live/local/node_commands.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <sstream>

#include "harness/errors.hpp"
#include "harness/random.hpp"

namespace faultrig::live {
namespace {

namespace fs = std::filesystem;
using Placeholders = std::map<std::string, std::string>;

std::string text_of(const Value& value) {
  return value.is_string() ? value.as_string() : value.to_string();
}

std::vector<std::string> names_of(const std::vector<NodePlace>& places) {
  std::vector<std::string> names;
  for (const NodePlace& place : places) names.push_back(place.name);
  return names;
}

std::string did_you_mean(const std::string& word, const std::vector<std::string>& known) {
  const std::string nearest = nearest_word(word, known);
  if (!nearest.empty()) return fmt::format("did you mean `{}`?", nearest);
  return known.empty() ? "there are none" : fmt::format("known are {}", fmt::join(known, ", "));
}

void expect_known(const std::string& kind, const std::string& word,
                  const std::vector<std::string>& known, const std::string& file) {
  if (std::find(known.begin(), known.end(), word) == known.end())
    throw UsageError(fmt::format("unknown {} `{}`", kind, word), did_you_mean(word, known), file);
}

// The bugs planted on one node, of "NAME" (every node) and "NAME@node".
std::vector<std::string> bugs_on(const std::string& node, const RunPlan& plan) {
  std::vector<std::string> bugs;
  for (const std::string& text : plan.bugs) {
    const std::size_t at = text.find('@');
    if (at == std::string::npos || text.substr(at + 1) == node) bugs.push_back(text.substr(0, at));
  }
  return bugs;
}

void check_bugs(const RunPlan& plan, const TargetManifest& manifest,
                const std::vector<std::string>& nodes) {
  std::vector<std::string> known;
  for (const PlantedBug& bug : manifest.bugs) known.push_back(bug.name);
  for (const std::string& text : plan.bugs) {
    const std::size_t at = text.find('@');
    expect_known("planted bug of " + manifest.name, text.substr(0, at), known, plan.file);
    if (at != std::string::npos) expect_known("node", text.substr(at + 1), nodes, plan.file);
  }
}

Placeholders common_placeholders(const RunPlan& plan, const TargetManifest& manifest,
                                 const std::vector<NodePlace>& places, const fs::path& programs) {
  Placeholders values;
  std::vector<std::string> known;
  for (const auto& [name, entry] : manifest.options.entries()) {
    values[name] = text_of(entry.value);
    known.push_back(name);
  }
  plan.target_options.expect_only(known);
  for (const auto& [name, entry] : plan.target_options.entries())
    values[name] = text_of(entry.value);
  std::vector<std::string> peers;
  for (const NodePlace& place : places)
    peers.push_back(fmt::format("{}={}:{}", place.name, place.address.ip, place.address.port));
  values["bin"] = fs::absolute(programs).string();
  values["manifest"] = fs::absolute(manifest.file).parent_path().string();
  values["nodes"] = fmt::format("{}", fmt::join(names_of(places), ","));
  values["peers"] = fmt::format("{}", fmt::join(peers, ","));
  values["workload"] = plan.workload;
  return values;
}

void add_node_placeholders(Placeholders& values, const NodePlace& place, const RunPlan& plan) {
  values["node"] = place.name;
  values["address"] = place.address.ip;
  values["port"] = std::to_string(place.address.port);
  values["data"] = place.data().string();
  values["trace"] = place.trace().string();
  // Below 2^63: many programs read a signed number.
  values["seed"] =
      std::to_string(Random(plan.seed.value_or(0)).fork("node").fork(place.name).next() >> 1);
  values["bugs"] = fmt::format("{}", fmt::join(bugs_on(place.name, plan), ","));
}

// Whatever of the command and its environment is a file must stay visible in the node.
std::vector<std::string> visible_paths(const NodeProgram& program, const Placeholders& values) {
  std::vector<std::string> paths{program.folder, values.at("bin"), values.at("manifest")};
  const auto add_if_path = [&](const std::string& text) {
    if (text.rfind('/', 0) == 0 && ::access(text.c_str(), F_OK) == 0) paths.push_back(text);
  };
  for (const std::string& argument : program.command) {
    add_if_path(argument);
    add_if_path(argument.substr(argument.find('=') + 1));
  }
  add_if_path(find_program(program.command[0]));
  for (const std::string& entry : program.environment)
    add_if_path(entry.substr(entry.find('=') + 1));
  return paths;
}

}  // namespace

std::vector<NodeProgram> node_programs(const RunPlan& plan, const TargetManifest& manifest,
                                       const std::vector<NodePlace>& places,
                                       const fs::path& programs) {
  if (manifest.command.empty())
    throw UsageError("the manifest has no `command`", "", manifest.file);
  check_bugs(plan, manifest, names_of(places));
  Placeholders values = common_placeholders(plan, manifest, places, programs);
  std::vector<NodeProgram> all;
  for (const NodePlace& place : places) {
    add_node_placeholders(values, place, plan);
    NodeProgram program;
    program.name = place.name;
    program.folder = place.data().string();
    for (const std::string& word : manifest.command)
      program.command.push_back(substitute(word, values));
    for (const auto& [key, value] : manifest.environment)
      program.environment.push_back(key + "=" + substitute(value, values));
    program.visible = visible_paths(program, values);
    program.visible.push_back(place.folder.string());
    all.push_back(std::move(program));
  }
  return all;
}

std::string find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) return name;
  const char* path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "/usr/bin:/bin" : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    const std::string file = folder + "/" + name;
    if (::access(file.c_str(), X_OK) == 0) return file;
  }
  return "";
}

void expect_executable(const NodeProgram& program, const TargetManifest& manifest) {
  const std::string& name = program.command[0];
  const std::string object =
      fmt::format("{}, the program of target {} (node {})", name, manifest.name, program.name);
  const std::string hint = fmt::format("build it, or correct `command` in {}", manifest.file);
  const std::string file = find_program(name);
  if (file.empty()) throw EnvironmentError("cannot find", object + " in PATH", 0, hint);
  if (file.front() != '/') {
    throw EnvironmentError("cannot run", object, ENOENT,
                           "a program beside its manifest is written {manifest}/NAME");
  }
  struct stat about {};
  if (::stat(file.c_str(), &about) != 0) throw EnvironmentError("cannot run", object, errno, hint);
  if (S_ISDIR(about.st_mode)) throw EnvironmentError("cannot run", object, EISDIR, hint);
  if (::access(file.c_str(), X_OK) != 0) {
    throw EnvironmentError("cannot run", object, errno,
                           fmt::format("make it executable with `chmod +x {}`", file));
  }
}

}  // namespace faultrig::live
