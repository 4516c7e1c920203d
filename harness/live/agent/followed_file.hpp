// A file there that is copied to one here as it grows: both ends of AgentVerb::news.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace faultrig::live {

struct FollowedFile {
  std::string remote;
  std::filesystem::path local;
  std::int64_t offset = 0;  // that is here
};

// There: what the file has from `offset` on, most_agent_news at most. A file that has become
// shorter was begun anew: from 0, which `offset` then says.
std::string file_news(const std::filesystem::path& path, std::int64_t& offset);

// Here: `text` begins at `from`. Throws EnvironmentError when it cannot be written.
void append_news(FollowedFile& file, const std::string& from, const std::string& text);

}  // namespace faultrig::live
