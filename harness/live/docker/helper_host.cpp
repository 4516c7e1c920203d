#include "harness/live/docker/helper_host.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

#include "harness/errors.hpp"
#include "harness/live/agent/followed_file.hpp"
#include "harness/live/agent/request_texts.hpp"
#include "harness/live/agent/serving.hpp"
#include "harness/live/docker/meeting.hpp"

namespace faultrig::live {
namespace {

namespace fs = std::filesystem;

// A folder in which the node's program may do what it likes, whichever user it is.
void make_open_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (!error) fs::permissions(folder, fs::perms::all, error);
  if (error) throw EnvironmentError("cannot make", folder.string(), error.value());
}

// The file is the engine's, bound in: it cannot be replaced, only written to.
void add_names(const fs::path& hosts, const std::string& lines) {
  std::ofstream file(hosts, std::ios::app);
  file << lines;
  if (!file.flush()) throw EnvironmentError("cannot write", hosts.string(), errno);
}

}  // namespace

AgentMessage HelperHost::handle(const AgentMessage& request) {
  return answer_or_refusal([&] { return answer(request); });
}

AgentMessage HelperHost::answer(const AgentMessage& request) {
  switch (request.verb) {
    case AgentVerb::hello:
      return {AgentVerb::done, 0, 0, {PacketFilter::obstacle(table_)}};
    case AgentVerb::set_up:
      return set_up(request);
    case AgentVerb::meet:  // number: milliseconds of patience; texts: port, word
      return {AgentVerb::done,
              0,
              0,
              {meet_client(port_of(request.texts.at(0)), request.texts.at(1),
                           std::chrono::milliseconds(request.number))}};
    case AgentVerb::arrivals:  // texts: port, address
      return {AgentVerb::done, 0, 0,
              arrivals(port_of(request.texts.at(0)), ipv4_of(request.texts.at(1)))};
    case AgentVerb::news:
      return news(request);
    case AgentVerb::link:
    case AgentVerb::shape:
    case AgentVerb::counters:
    case AgentVerb::heal:
    case AgentVerb::probe:
      return links_.answer(request, node_);
    case AgentVerb::end:
      links_.undo();
      return {};
    case AgentVerb::start:
    case AgentVerb::kill:
    case AgentVerb::pause:
    case AgentVerb::resume:
    case AgentVerb::clock:
    case AgentVerb::clock_offset:
    case AgentVerb::remarks:
    case AgentVerb::power_off:
    case AgentVerb::done:
    case AgentVerb::refused:
      break;
  }
  throw EnvironmentError("cannot understand", "what a helper does not do", EPROTO);
}

// Number: whether links are to be cut. Texts: the node's name and port, its peers, its clients,
// lines for /etc/hosts. Answers why there can be no packet faults.
AgentMessage HelperHost::set_up(const AgentMessage& request) {
  node_ = request.texts.at(0);
  FilterPlan plan;
  plan.table = table_;
  plan.port = port_of(request.texts.at(1));
  plan.peers = named_addresses(request.texts.at(2));
  plan.clients = named_addresses(request.texts.at(3));
  for (const fs::path& folder : {folder_, folder_ / "data"}) make_open_folder(folder);
  add_names(hosts_, request.texts.at(4));
  if (request.number == 0) return {AgentVerb::done, 0, 0, {"links cannot be cut"}};
  return {AgentVerb::done, 0, 0, {links_.set_up(plan, ShaperTrial::here)}};
}

// Texts: pairs of a file and an offset. Answers a state that says nothing, and for each pair where
// the news begin and what they are.
AgentMessage HelperHost::news(const AgentMessage& request) const {
  AgentMessage reply{AgentVerb::done, 0, 0, {""}};
  for (std::size_t i = 0; i < request.texts.size(); i += 2) {
    std::int64_t offset = number_of(request.texts.at(i + 1));
    std::string text = file_news(folder_ / request.texts.at(i), offset);
    reply.texts.push_back(std::to_string(offset));
    reply.texts.push_back(std::move(text));
  }
  return reply;
}

}  // namespace faultrig::live
