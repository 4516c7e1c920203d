#include "harness/live/docker/images.hpp"

#include <elf.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <vector>

#include "checkers/history/json.hpp"
#include "harness/live/docker/tar.hpp"
#include "harness/node/hashing.hpp"
#include "harness/store.hpp"

namespace faultrig::live {
namespace {

namespace fs = std::filesystem;

constexpr const char* image_label = "faultrig.image";
constexpr std::size_t log_lines = 20;
constexpr std::uintmax_t largest_context = std::uintmax_t{512} << 20;

// As a name of an image may be written: lower case, words joined by single hyphens.
std::string plain_name(const std::string& name) {
  std::string plain;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0)
      plain += static_cast<char>(std::tolower(byte));
    else if (!plain.empty() && plain.back() != '-')
      plain += '-';
  }
  if (!plain.empty() && plain.back() == '-') plain.pop_back();
  return plain.empty() ? "target" : plain;
}

std::string image_name(const std::string& name, std::string_view content) {
  return fmt::format("faultrig/{}:{:016x}", plain_name(name), stable_hash(content));
}

bool has_image(const EngineClient& engine, const std::string& image, const std::string& purpose) {
  const EngineRequest request{
      .purpose = purpose, .method = "GET", .path = fmt::format("/images/{}/json", image)};
  const EngineReply reply = engine.ask(request);
  if (!reply.ok() && reply.status != 404) throw engine.refusal(request, reply);
  return reply.ok();
}

std::string last_lines_of(const std::string& text, std::size_t count) {
  std::size_t at = text.size();
  while (at > 0 && text[at - 1] == '\n') --at;
  const std::size_t end = at;
  for (; count > 0 && at != std::string::npos && at > 0; --count) at = text.rfind('\n', at - 1);
  const std::size_t start = at == std::string::npos || count > 0 ? 0 : at + 1;
  return text.substr(start, end - start);
}

void pack_entry(TarWriter& tar, const fs::directory_entry& entry, const std::string& name) {
  struct stat about {};
  if (::lstat(entry.path().c_str(), &about) != 0)
    throw EnvironmentError("cannot read", entry.path().string(), errno);
  if (entry.is_symlink()) {
    tar.add_link(name, fs::read_symlink(entry.path()).string());
  } else if (entry.is_directory()) {
    tar.add_folder(name, about.st_mode);
  } else if (entry.is_regular_file()) {
    tar.add_file(name, read_file(entry.path()), about.st_mode);
  }  // sockets, pipes and devices are nothing to build from
}

// The whole folder in the order of names, so that the same files are the same bytes.
std::string pack_folder(const fs::path& folder) {
  std::vector<fs::directory_entry> entries;
  std::uintmax_t bytes = 0;
  try {
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      entries.push_back(entry);
      if (entry.is_regular_file() && !entry.is_symlink()) bytes += entry.file_size();
      if (bytes > largest_context) {
        throw UsageError(
            fmt::format("the folder {} is too large to be a build context", folder.string()),
            fmt::format("all of it, at most {} MiB, goes to the engine: give the Dockerfile a "
                        "folder with what it needs",
                        largest_context >> 20));
      }
    }
  } catch (const fs::filesystem_error& error) {
    throw EnvironmentError("cannot read the build context", error.path1().string(),
                           error.code().value());
  }
  std::sort(entries.begin(), entries.end(),
            [](const auto& a, const auto& b) { return a.path() < b.path(); });
  TarWriter tar;
  for (const auto& entry : entries) pack_entry(tar, entry, entry.path().lexically_relative(folder));
  return tar.finish();
}

std::string build(const EngineClient& engine, const TargetManifest& manifest) {
  const fs::path beside = fs::absolute(manifest.file).parent_path();
  const fs::path file = beside / manifest.container.dockerfile;
  if (!fs::is_regular_file(file)) {
    throw EnvironmentError("cannot read", fmt::format("the Dockerfile {}", file.string()), ENOENT,
                           fmt::format("correct docker.dockerfile in {}", manifest.file));
  }
  const std::string context = pack_folder(file.parent_path());
  const std::string image = image_name(manifest.name, context);
  const std::string purpose =
      fmt::format("build the image of target {} from {}", manifest.name, file.string());
  if (has_image(engine, image, purpose)) return image;
  const std::string labels = to_json(Value::map({{image_label, manifest.name}}));
  const EngineRequest request{
      .purpose = purpose,
      .method = "POST",
      .path = fmt::format("/build?dockerfile={}&t={}&rm=1&forcerm=1&labels={}",
                          url_encoded(file.filename().string()), url_encoded(image),
                          url_encoded(labels)),
      .body = context,
      .content_type = "application/x-tar",
      .deadline = std::chrono::minutes(10)};
  const BuildLog log = read_build_log(engine.ask_ok(request));
  if (log.error.empty() && has_image(engine, image, purpose)) return image;
  const std::string why = log.error.empty() ? "the engine named no image" : log.error;
  throw EnvironmentError(
      fmt::format("cannot {}:", purpose), why, 0,
      fmt::format("the end of the build log:\n  {}", last_lines_of(log.text, log_lines)));
}

}  // namespace

bool starts_as_root(const EngineClient& engine, const std::string& image) {
  const Value about = engine.ask_value({.purpose = fmt::format("look at the image {}", image),
                                        .method = "GET",
                                        .path = fmt::format("/images/{}/json", image)});
  const Value* config = about.find("Config");
  const std::string user = config == nullptr ? "" : config->string_or("User", "");
  const std::string name = user.substr(0, user.find(':'));
  return name.empty() || name == "0" || name == "root";
}

bool is_static_executable(std::string_view file) {
  Elf64_Ehdr head;
  if (file.size() < sizeof head) return false;
  std::memcpy(&head, file.data(), sizeof head);
  if (std::memcmp(head.e_ident, ELFMAG, SELFMAG) != 0 || head.e_ident[EI_CLASS] != ELFCLASS64)
    return false;
  for (std::size_t i = 0; i < head.e_phnum; ++i) {
    Elf64_Phdr part;
    const std::size_t at = head.e_phoff + i * sizeof part;
    if (at > file.size() || file.size() - at < sizeof part) return false;
    std::memcpy(&part, file.data() + at, sizeof part);
    if (part.p_type == PT_INTERP) return false;
  }
  return head.e_phnum > 0;
}

std::string image_of_program(const EngineClient& engine, const std::string& name,
                             const fs::path& program) {
  const std::string content = read_file(program);
  if (!is_static_executable(content)) {
    throw EnvironmentError(
        "cannot put into an empty image", program.string(), ENOEXEC,
        "it is not linked statically: link it with -static, or name an image that has what it "
        "needs ([docker] image or dockerfile in the manifest)");
  }
  TarWriter tar;
  tar.add_file(fmt::format("{}/{}", image_programs + 1, program.filename().string()), content,
               0755);
  std::string archive = tar.finish();
  std::string image = image_name(name, archive);
  const std::string purpose = fmt::format("make the image of program {}", program.string());
  if (has_image(engine, image, purpose)) return image;
  const std::size_t colon = image.find(':');
  engine.ask_ok(
      {.purpose = purpose,
       .method = "POST",
       .path = fmt::format("/images/create?fromSrc=-&repo={}&tag={}&changes={}",
                           url_encoded(image.substr(0, colon)), image.substr(colon + 1),
                           url_encoded(fmt::format("LABEL {}={}", image_label, plain_name(name)))),
       .body = std::move(archive),
       .content_type = "application/x-tar",
       .deadline = std::chrono::minutes(2)});
  // An error in the middle of an import comes under a status of success.
  if (!has_image(engine, image, purpose)) {
    throw EnvironmentError(fmt::format("cannot {}:", purpose),
                           fmt::format("the Docker engine at {} did not keep it", engine.socket()),
                           0, "is its disk full (`docker system df`)? see its log");
  }
  return image;
}

std::string image_of_recipe(const EngineClient& engine, const TargetManifest& manifest) {
  const ContainerRecipe& recipe = manifest.container;
  if (recipe.image.empty()) return build(engine, manifest);
  const std::string purpose =
      fmt::format("find the image {} of target {}", recipe.image, manifest.name);
  if (has_image(engine, url_encoded(recipe.image), purpose)) return recipe.image;
  throw EnvironmentError(
      fmt::format("cannot {}:", purpose),
      fmt::format("the Docker engine at {} has none of that name", engine.socket()), 0,
      fmt::format("get it with `docker pull {}`, or correct docker.image in {}", recipe.image,
                  manifest.file));
}

BuildLog read_build_log(std::string_view answer) {
  BuildLog log;
  while (!answer.empty()) {
    const std::size_t end = std::min(answer.find('\n'), answer.size());
    const std::string_view line = answer.substr(0, end);
    answer.remove_prefix(std::min(end + 1, answer.size()));
    try {
      const Value entry = parse_json(line);
      log.text += entry.string_or("stream", "");
      log.error = entry.string_or("error", log.error);
    } catch (const JsonError&) {
    }
  }
  return log;
}

}  // namespace faultrig::live
