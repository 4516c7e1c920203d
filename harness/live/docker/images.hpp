// The images that nodes run from: the user's own, built from a Dockerfile, or an empty one with a
// static program in it. What we make is named faultrig/NAME:HASH after its content and labelled
// faultrig.image, so the next run finds it. `docker image prune --all --filter
// label=faultrig.image` removes them all.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "harness/live/docker/engine_client.hpp"
#include "harness/manifest.hpp"

namespace faultrig::live {

// The folder of programs in the images that we make.
inline constexpr const char* image_programs = "/bin";

// An image of nothing but this program, in image_programs. Throws EnvironmentError when the program
// needs a dynamic linker, which such an image lacks, and when the engine refuses.
std::string image_of_program(const EngineClient& engine, const std::string& name,
                             const std::filesystem::path& program);
// The image that the manifest names, or that its Dockerfile builds. Throws EnvironmentError: the
// engine has none of that name; it does not build, with the end of the build log.
std::string image_of_recipe(const EngineClient& engine, const TargetManifest& manifest);

// The user that the image starts its program as is root.
bool starts_as_root(const EngineClient& engine, const std::string& image);

// False for what needs a dynamic linker or an interpreter, and for what is no 64-bit ELF file.
bool is_static_executable(std::string_view file);

// What a build says: its log, and the error that ended it. Lines that are no JSON are passed over.
struct BuildLog {
  std::string text;
  std::string error;  // empty: it was built
};
BuildLog read_build_log(std::string_view answer);

}  // namespace faultrig::live
