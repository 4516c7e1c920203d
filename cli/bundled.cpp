#include "cli/bundled.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/errors.hpp"

namespace faultrig {
namespace {

namespace fs = std::filesystem;

fs::path targets_folder() { return programs_folder().parent_path() / "share/faultrig/targets"; }

bool looks_like_a_path(const std::string& text) { return text.ends_with(".toml"); }

}  // namespace

fs::path programs_folder() { return fs::read_symlink("/proc/self/exe").parent_path(); }

std::vector<std::string> bundled_targets() {
  std::vector<std::string> names;
  std::error_code missing;
  for (const auto& entry : fs::directory_iterator(targets_folder(), missing)) {
    if (fs::exists(entry.path() / "target.toml")) names.push_back(entry.path().filename());
  }
  std::sort(names.begin(), names.end());
  return names;
}

TargetManifest find_target(const std::string& name_or_path) {
  if (looks_like_a_path(name_or_path)) return read_manifest_file(name_or_path);
  const auto names = bundled_targets();
  if (std::find(names.begin(), names.end(), name_or_path) == names.end()) {
    throw UsageError(fmt::format("unknown target `{}`", name_or_path),
                     did_you_mean(name_or_path, names,
                                  "`faultrig list targets` shows the bundled ones; your own system "
                                  "is named by the path of its target.toml"));
  }
  return read_manifest_file(targets_folder() / name_or_path / "target.toml");
}

std::vector<std::string> bundled_plans() {
  std::vector<std::string> names;
  for (const std::string& target : bundled_targets()) {
    std::error_code missing;
    for (const auto& entry : fs::directory_iterator(targets_folder() / target / "plans", missing)) {
      if (entry.path().extension() == ".toml") {
        names.push_back(target + "/" + entry.path().stem().string());
      }
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

RunPlan find_plan(const std::string& name_or_path) {
  if (looks_like_a_path(name_or_path)) return read_plan_file(name_or_path);
  const auto names = bundled_plans();
  if (std::find(names.begin(), names.end(), name_or_path) == names.end()) {
    throw UsageError(
        fmt::format("unknown plan `{}`", name_or_path),
        did_you_mean(name_or_path, names,
                     "`faultrig list plans` shows the shipped ones; your own is named by "
                     "the path of its .toml file"));
  }
  const fs::path name = name_or_path;
  return read_plan_file(targets_folder() / name.parent_path() / "plans" /
                        (name.filename().string() + ".toml"));
}

}  // namespace faultrig
