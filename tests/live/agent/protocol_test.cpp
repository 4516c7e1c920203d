#include "harness/live/agent/protocol.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cerrno>

namespace faultrig::live {
namespace {

AgentMessage any_message() {
  AgentMessage message;
  message.verb = static_cast<AgentVerb>(
      *rc::gen::inRange<std::uint32_t>(0, static_cast<std::uint32_t>(AgentVerb::end) + 1));
  message.number = *rc::gen::arbitrary<std::int64_t>();
  message.error = *rc::gen::arbitrary<std::int32_t>();
  message.texts = *rc::gen::arbitrary<std::vector<std::string>>();
  return message;
}

RC_GTEST_PROP(agent_protocol, messages_arrive_however_they_are_cut, ()) {
  const std::string noise = *rc::gen::container<std::string>(rc::gen::inRange(' ', '~'));
  std::string bytes = noise + agent_greeting();
  std::vector<AgentMessage> sent;
  const int count = *rc::gen::inRange(0, 5);
  for (int i = 0; i < count; ++i) {
    sent.push_back(any_message());
    bytes += to_bytes(sent.back());
  }
  AgentReader reader(false);
  std::vector<AgentMessage> got;
  while (!bytes.empty()) {
    const auto size = *rc::gen::inRange<std::size_t>(1, bytes.size() + 1);
    reader.append(bytes.substr(0, size));
    bytes.erase(0, size);
    while (auto message = reader.next()) got.push_back(*message);
  }
  RC_ASSERT(got == sent);
}

RC_GTEST_PROP(agent_protocol, a_flipped_byte_is_an_error_or_another_message, ()) {
  std::string bytes = to_bytes(any_message());
  bytes[*rc::gen::inRange<std::size_t>(0, bytes.size())] ^= *rc::gen::inRange(1, 256);
  AgentReader reader(true);
  reader.append(bytes);
  try {
    for (int i = 0; i < 3; ++i) reader.next();
  } catch (const EnvironmentError& error) {
    RC_ASSERT(error.error == EPROTO);
  }
}

std::string refused(AgentReader reader, const std::string& bytes) {
  reader.append(bytes);
  try {
    reader.next();
  } catch (const EnvironmentError& error) {
    return error.what();
  }
  return "";
}

TEST(agent_protocol, another_version_is_refused_by_both_numbers) {
  const std::string said = refused(AgentReader(false), agent_greeting(agent_version + 41));
  EXPECT_NE(said.find(fmt::format("an agent of version {}, ours is {}", agent_version + 41,
                                  agent_version)),
            std::string::npos)
      << said;
  EXPECT_EQ(refused(AgentReader(false), agent_greeting()), "");
  EXPECT_NE(refused(AgentReader(false),
                    "\x01"
                    "faultrig_agent x1\n"),
            "");
  EXPECT_NE(refused(AgentReader(false),
                    "\x01"
                    "faultrig_agent " +
                        std::string(100, '1')),
            "");
}

TEST(agent_protocol, what_no_agent_writes_is_refused) {
  EXPECT_NE(refused(AgentReader(false), std::string(100'000, 'x')), "") << "endless noise";
  EXPECT_NE(refused(AgentReader(true), "\xff\xff\xff\xff"), "") << "a record of 4 GiB";
  EXPECT_NE(refused(AgentReader(true), std::string("\x04\0\0\0\x01\0\0\0", 8)), "") << "cut short";
  std::string longer = to_bytes({AgentVerb::kill, 1, 0, {"a"}});
  longer[0] = static_cast<char>(longer[0] + 1);
  EXPECT_NE(refused(AgentReader(true), longer + "x"), "") << "more than its texts";
}

TEST(agent_protocol, a_refusal_says_the_same_on_this_side_with_the_place) {
  const EnvironmentError there("cannot open", "/x", ENOENT, "make it");
  try {
    expect_done(refusal(there), "on host h (node n1)");
    FAIL();
  } catch (const EnvironmentError& here) {
    EXPECT_STREQ(here.what(),
                 "cannot open /x on host h (node n1): No such file or directory; make it");
  }
}

}  // namespace
}  // namespace faultrig::live
