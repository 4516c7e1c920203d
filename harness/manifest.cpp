#include "harness/manifest.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/store.hpp"
#include "harness/toml_reader.hpp"

namespace faultrig {
namespace {

const std::vector<std::string>& placeholders() {
  static const std::vector<std::string> known = {"bin",     "manifest", "node",  "nodes",
                                                 "address", "port",     "peers", "data",
                                                 "trace",   "seed",     "bugs",  "workload"};
  return known;
}

std::string required(const Options& options, const char* name, const char* what) {
  std::string text = options.text(name, "");
  if (!text.empty()) return text;
  const std::string path =
      options.table().empty() ? name : fmt::format("{}.{}", options.table(), name);
  throw options.error(name, fmt::format("`{}` is missing: {}", path, what));
}

// Refuses what no run could fill in, while the line is still known.
void check_placeholders(const Options& node, const char* name, const std::string& text,
                        const std::map<std::string, std::string>& known) {
  try {
    substitute(text, known);
  } catch (const UsageError& error) {
    throw node.error(name, error.message, error.hint);
  }
}

std::map<std::string, std::string> known_placeholders(const TargetManifest& manifest) {
  std::map<std::string, std::string> known;
  for (const std::string& name : placeholders()) known[name] = "";
  for (const auto& [name, entry] : manifest.options.entries()) known[name] = "";
  return known;
}

void read_node(const TomlTable& table, TargetManifest& manifest) {
  const Options& node = table.options;
  table.expect_only_tables({"environment"});
  node.expect_only({"command", "port", "environment"});
  manifest.command = node.texts("command", {});
  if (manifest.command.empty() || manifest.command.front().empty()) {
    throw node.error("command",
                     "`node.command` is missing: the program of one node, and its "
                     "arguments",
                     "for example command = [\"{bin}/my_server\", \"--listen\", "
                     "\"{address}:{port}\"]");
  }
  manifest.port = static_cast<int>(node.integer("port", manifest.port, 1, 65'535));
  const Options& environment = table.table("environment").plain();
  for (const auto& [name, entry] : environment.entries()) {
    manifest.environment[name] = environment.text(name, "");
  }

  const auto known = known_placeholders(manifest);
  for (const std::string& part : manifest.command) {
    check_placeholders(node, "command", part, known);
  }
  for (const auto& [name, text] : manifest.environment) {
    check_placeholders(environment, name.c_str(), text, known);
  }
}

void read_container(const Options& docker, TargetManifest& manifest) {
  docker.expect_only({"image", "dockerfile", "command"});
  ContainerRecipe& recipe = manifest.container;
  recipe.image = docker.text("image", "");
  recipe.dockerfile = docker.text("dockerfile", "");
  recipe.command = docker.texts("command", {});
  if (!recipe.image.empty() && !recipe.dockerfile.empty()) {
    throw docker.error("dockerfile", "`docker.image` and `docker.dockerfile` exclude each other",
                       "name the image that is there, or the file to build one from");
  }
  if (recipe.image.empty() && recipe.dockerfile.empty() && !recipe.command.empty()) {
    throw docker.error("command", "`docker.command` is for an image of the target's own",
                       "name it with docker.image or docker.dockerfile");
  }
  const auto known = known_placeholders(manifest);
  for (const std::string& part : recipe.command) {
    check_placeholders(docker, "command", part, known);
  }
}

void read_options(const Options& options, TargetManifest& manifest) {
  for (const auto& [name, entry] : options.entries()) {
    const auto& taken = placeholders();
    if (std::find(taken.begin(), taken.end(), name) == taken.end()) continue;
    throw options.error(name,
                        fmt::format("`options.{}` would hide the placeholder {{{}}}", name, name),
                        "choose another name");
  }
  manifest.options = options;
}

PlantedBug read_bug(const Options& options) {
  options.expect_only({"name", "summary", "breaks", "shows", "source", "teaches"});
  PlantedBug bug;
  bug.name = required(options, "name", "what `--bug` calls it");
  bug.summary = required(options, "summary", "what the code does wrong, in a sentence");
  bug.breaks = required(options, "breaks", "the guarantee that is lost");
  bug.shows = options.text("shows", "");
  bug.source = options.text("source", "");
  bug.teaches = options.text("teaches", "");
  if (bug.name.find_first_of(",@ ") != std::string::npos) {
    throw options.error("name", fmt::format("`bugs.name` is \"{}\"", bug.name),
                        "names have no comma, @ or space");
  }
  return bug;
}

TimePromise read_promise(const Options& table, const TargetManifest& manifest) {
  table.expect_only({"unit", "within"});
  TimePromise promise{table.text("unit", ""), table.integer("within", 0, 0, 1'000'000)};
  if (promise.unit.empty()) return promise;
  const auto& options = manifest.options.entries();
  const auto unit = options.find(promise.unit);
  if (unit != options.end() && unit->second.value.is_integer()) return promise;
  throw table.error("unit",
                    fmt::format("`{}.unit` is \"{}\", no length among the options of the target",
                                table.table(), promise.unit),
                    "name an option of [options] that is a number of milliseconds");
}

}  // namespace

TargetManifest read_manifest(std::string_view toml, const std::string& file) {
  const TomlTable root = read_toml(toml, file);
  root.expect_only_tables(
      {"node", "docker", "ready", "roles", "progress", "convergence", "bugs", "options"});
  root.options.expect_only({"name", "summary", "workloads", "promises", "node", "docker", "ready",
                            "roles", "progress", "convergence", "bugs", "options"});
  TargetManifest manifest;
  manifest.file = file;
  manifest.name = required(root.options, "name", "what the system is called");
  manifest.summary = root.options.text("summary", "");
  manifest.workloads = root.options.texts("workloads", {});
  if (manifest.workloads.empty()) {
    throw root.options.error("workloads",
                             "`workloads` is missing: what clients can do with the system",
                             "for example workloads = [\"register\"]");
  }
  manifest.promises = root.options.texts("promises", {});
  read_options(root.table("options").plain(), manifest);
  read_node(root.table("node"), manifest);
  read_container(root.table("docker").plain(), manifest);
  const Options& ready = root.table("ready").plain();
  ready.expect_only({"tcp"});
  manifest.ready_when_port_accepts = ready.boolean("tcp", manifest.ready_when_port_accepts);
  const Options& roles = root.table("roles").plain();
  roles.expect_only({"leader"});
  manifest.leader_event = roles.text("leader", "");
  manifest.progress = read_promise(root.table("progress").plain(), manifest);
  manifest.convergence = read_promise(root.table("convergence").plain(), manifest);
  for (const TomlTable& bug : root.list("bugs")) {
    manifest.bugs.push_back(read_bug(bug.plain()));
    const std::string& name = manifest.bugs.back().name;
    const bool twice = std::any_of(manifest.bugs.begin(), manifest.bugs.end() - 1,
                                   [&](const PlantedBug& other) { return other.name == name; });
    if (twice)
      throw bug.options.error("name", fmt::format("planted bug `{}` is there twice", name));
  }
  return manifest;
}

TargetManifest read_manifest_file(const std::string& path) {
  try {
    return read_manifest(read_file(path), path);
  } catch (const EnvironmentError& error) {
    throw UsageError(error.what(), "name the path of a target.toml");
  }
}

std::string substitute(std::string_view text, const std::map<std::string, std::string>& values) {
  std::string result;
  while (!text.empty()) {
    const std::size_t at = text.find_first_of("{}");
    result += text.substr(0, at);
    if (at == std::string_view::npos) break;
    text.remove_prefix(at);
    const char brace = text.front();
    if (text.size() > 1 && text[1] == brace) {  // {{ and }} stand for themselves
      result += brace;
      text.remove_prefix(2);
      continue;
    }
    const std::size_t end = text.find('}');
    if (brace == '}' || end == std::string_view::npos) {
      throw UsageError(fmt::format("a lone {} in \"{}\"", brace, text),
                       fmt::format("write {}{} for the character itself", brace, brace));
    }
    const std::string name(text.substr(1, end - 1));
    const auto value = values.find(name);
    if (value == values.end()) {
      std::vector<std::string> known;
      for (const auto& [key, unused] : values) known.push_back(key);
      const std::string nearest = nearest_word(name, known);
      throw UsageError(fmt::format("unknown placeholder {{{}}}", name),
                       nearest.empty() ? fmt::format("known: {}", fmt::join(known, ", "))
                                       : fmt::format("did you mean {{{}}}?", nearest));
    }
    result += value->second;
    text.remove_prefix(end + 1);
  }
  return result;
}

}  // namespace faultrig
