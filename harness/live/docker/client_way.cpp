#include "harness/live/docker/client_way.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <random>
#include <set>

#include "harness/errors.hpp"
#include "harness/live/docker/helper_stream.hpp"
#include "harness/live/docker/meeting.hpp"
#include "harness/live/local/connectivity.hpp"

namespace faultrig::live {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds meeting_patience{3'000}, margin{5'000};
constexpr int milliseconds_between_looks = 2;

std::string fresh_word() {
  std::random_device entropy;
  return fmt::format("{:08x}{:08x}{:08x}{:08x}", entropy(), entropy(), entropy(), entropy());
}

std::set<std::string> arrivals_at(const std::vector<const WayToProbe*>& ways, std::size_t number) {
  const std::vector<std::string> found = ways[number]->helper.finish().texts;
  return {found.begin(), found.end()};
}

// Of all of them, asked at once.
std::vector<std::set<std::string>> arrivals_of(const std::vector<const WayToProbe*>& ways) {
  for (const WayToProbe* one : ways) {
    one->helper.begin(
        {AgentVerb::arrivals, 0, 0, {std::to_string(one->port), one->way.comes_from}});
  }
  std::vector<std::set<std::string>> all;
  for (std::size_t i = 0; i < ways.size(); ++i) all.push_back(arrivals_at(ways, i));
  return all;
}

Descriptor connection_to(const NodeAddress& there) {
  Descriptor socket = open_socket_here();
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(there.port);
  ::inet_pton(AF_INET, there.ip.c_str(), &address.sin_addr);
  ::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address);
  return socket;  // how that went is seen at the other end
}

}  // namespace

std::string helper_of(const NodeName& node) { return fmt::format("node {} (its helper)", node); }

std::unique_ptr<AgentCaller> call_helper(const Container& helper, const NodeName& node,
                                         std::vector<FollowedFile> follow) {
  return std::make_unique<AgentCaller>(helper_of(node), std::move(follow), [helper, node] {
    return std::make_unique<HelperStream>(helper, helper_of(node));
  });
}

std::string find_way(AgentCaller& helper, const NodeName& node, const NodeAddress& there,
                     std::uint16_t port) {
  const std::string word = fresh_word();
  helper.begin({AgentVerb::meet, meeting_patience.count(), 0, {std::to_string(port), word}},
               meeting_patience + margin);
  const std::string why = meet_helper(there, word, meeting_patience);
  const std::string from = helper.finish().texts.at(0);
  if (why.empty() && !from.empty()) return from;
  throw EnvironmentError(
      "cannot reach", fmt::format("node {} at {}:{} ({})", node, there.ip, there.port, why), 0,
      "is the engine on another machine, or behind a firewall? an address of that machine, at "
      "which it then publishes the ports of nodes, is named by docker.address");
}

Connectivity probe_ways(const std::string& client, const std::vector<WayToProbe>& ways,
                        milliseconds patience) {
  Connectivity result;
  result.pairs = ways.size();
  std::vector<const WayToProbe*> left;
  for (const WayToProbe& one : ways) left.push_back(&one);
  std::vector<std::set<std::string>> before = arrivals_of(left);
  const auto deadline = steady_clock::now() + patience;
  std::vector<Descriptor> connections;
  for (const WayToProbe& one : ways) connections.push_back(connection_to(one.way.address));
  while (true) {
    const auto now = arrivals_of(left);
    std::vector<const WayToProbe*> still_left;
    std::vector<std::set<std::string>> still_before;
    for (std::size_t i = 0; i < left.size(); ++i) {
      if (!std::includes(before[i].begin(), before[i].end(), now[i].begin(), now[i].end()))
        continue;
      still_left.push_back(left[i]);
      still_before.push_back(std::move(before[i]));
    }
    left = std::move(still_left);
    before = std::move(still_before);
    if (left.empty() || steady_clock::now() >= deadline) break;
    ::poll(nullptr, 0, milliseconds_between_looks);
  }
  for (const WayToProbe* one : left) {
    result.broken.push_back(
        {client, one->node,
         fmt::format("no connection came out there within {} ms", patience.count())});
  }
  return result;
}

Connectivity joined(Connectivity one, const Connectivity& other) {
  one.pairs += other.pairs;
  one.broken.insert(one.broken.end(), other.broken.begin(), other.broken.end());
  return one;
}

}  // namespace faultrig::live
