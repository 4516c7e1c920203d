// The run folder: `runs/NNNN-name/` with a `latest` link, and the files in it, appended as things
// happen. The only room of the core that touches files.
//
//   plan.toml history.jsonl faults.jsonl run.json verdict.json story.txt report.html journal.jsonl
//   capture.pcapng nodes/NAME/{log.txt,trace.jsonl,data/}
//
// Requires a file system with atomic rename. A full disk or a missing right is an EnvironmentError
// that names the file; what was written before stays readable.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "checkers/history/event.hpp"
#include "harness/errors.hpp"

namespace faultrig {

// An append-only file of lines. Each line reaches the kernel before append returns (no user-space
// buffer), so a killed control process loses at most the line it was writing.
class LineFile {
 public:
  explicit LineFile(const std::filesystem::path& path);
  ~LineFile();
  LineFile(const LineFile&) = delete;
  LineFile& operator=(const LineFile&) = delete;
  // `line` without its newline. Throws EnvironmentError.
  void append(std::string_view line);

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
};

class RunFolder {
 public:
  // Makes the next free `NNNN-name` below `runs` (made when missing) and points `latest` at it.
  static RunFolder create(const std::filesystem::path& runs, const std::string& name);

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path file(std::string_view name) const { return path_ / name; }
  // nodes/NAME, made when missing.
  std::filesystem::path node(const std::string& name) const;

 private:
  explicit RunFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

// Writes beside and renames, so that a reader sees the old or the new content; what is there and no
// regular file (a pipe, a device) is written to instead. EnvironmentError.
void write_file(const std::filesystem::path& path, std::string_view content);
// EnvironmentError when it cannot be read.
std::string read_file(const std::filesystem::path& path);
// When the file was last written, by the file system's clock: RFC 3339, UTC. EnvironmentError.
std::string written_at(const std::filesystem::path& path);
// The last `count` lines, reading no more than the file's end; empty when there is no file.
std::vector<std::string> last_lines(const std::filesystem::path& path, std::size_t count);

}  // namespace faultrig
