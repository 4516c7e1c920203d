// What a helper does for each request. It is the one program of a container that holds the network
// of a node, with CAP_NET_ADMIN in it, and shares the node's folder: it cuts the node's links, and
// tells what its files have got. harness/live/agent has the words and the packet filter.
#pragma once

#include <filesystem>
#include <string>

#include "harness/live/agent/link_host.hpp"
#include "harness/live/agent/protocol.hpp"

namespace faultrig::live {

class HelperHost {
 public:
  // `folder`: the node's, here. `hosts`: where the names of the others are to stand.
  HelperHost(std::filesystem::path folder, std::filesystem::path hosts, std::string table)
      : folder_(std::move(folder)), hosts_(std::move(hosts)), table_(std::move(table)) {}
  // Never throws for what the request says or the machine refuses: that is an answer.
  AgentMessage handle(const AgentMessage& request);

 private:
  AgentMessage answer(const AgentMessage& request);
  AgentMessage set_up(const AgentMessage& request);
  AgentMessage news(const AgentMessage& request) const;

  std::filesystem::path folder_;
  std::filesystem::path hosts_;
  std::string table_;
  std::string node_ = "node";
  LinkHost links_;
};

}  // namespace faultrig::live
