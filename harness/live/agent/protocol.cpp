#include "harness/live/agent/protocol.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <charconv>
#include <stdexcept>

namespace faultrig::live {
namespace {

constexpr std::size_t longest_record = 8u << 20;
constexpr std::size_t most_texts = 1000;
// What start-up files print in front of the greeting, at most.
constexpr std::size_t longest_noise = 64u << 10;
// No text that people read has this byte.
constexpr std::string_view greeting_start =
    "\x01"
    "faultrig_agent ";
constexpr std::size_t longest_greeting = 40;

void put(std::string& bytes, std::uint64_t number, int size) {
  for (int i = 0; i < size; ++i) bytes += static_cast<char>(number >> (8 * i));
}

std::uint64_t take(std::string_view& bytes, std::size_t size) {
  if (bytes.size() < size)
    throw EnvironmentError("cannot understand", "a record: cut short", EPROTO);
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < size; ++i)
    number |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  bytes.remove_prefix(size);
  return number;
}

AgentMessage decode(std::string_view bytes) {
  AgentMessage message;
  const std::uint64_t verb = take(bytes, 4);
  if (verb > static_cast<std::uint64_t>(AgentVerb::end))
    throw EnvironmentError("cannot understand", fmt::format("a record of kind {}", verb), EPROTO);
  message.verb = static_cast<AgentVerb>(verb);
  message.number = static_cast<std::int64_t>(take(bytes, 8));
  message.error = static_cast<std::int32_t>(take(bytes, 4));
  const std::uint64_t texts = take(bytes, 4);
  if (texts > most_texts)
    throw EnvironmentError("cannot understand", fmt::format("a record of {} texts", texts), EPROTO);
  for (std::uint64_t i = 0; i < texts; ++i) {
    const std::uint64_t size = take(bytes, 4);
    if (size > bytes.size())
      throw EnvironmentError("cannot understand", "a record: a text is cut short", EPROTO);
    message.texts.emplace_back(bytes.substr(0, size));
    bytes.remove_prefix(size);
  }
  if (!bytes.empty())
    throw EnvironmentError("cannot understand", "a record: longer than it says", EPROTO);
  return message;
}

void expect_version(std::string_view text) {
  int version = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
  if (error != std::errc() || end != text.data() + text.size())
    throw EnvironmentError("cannot understand", "the greeting of the agent", EPROTO);
  if (version == agent_version) return;
  throw EnvironmentError(
      "cannot work with", fmt::format("an agent of version {}, ours is {}", version, agent_version),
      EPROTONOSUPPORT, "install the same faultrig there, or let it be uploaded (no `agent`)");
}

}  // namespace

std::string agent_greeting(int version) { return fmt::format("{}{}\n", greeting_start, version); }

std::string to_bytes(const AgentMessage& message) {
  std::string body;
  put(body, static_cast<std::uint32_t>(message.verb), 4);
  put(body, static_cast<std::uint64_t>(message.number), 8);
  put(body, static_cast<std::uint32_t>(message.error), 4);
  put(body, message.texts.size(), 4);
  for (const std::string& text : message.texts) {
    put(body, text.size(), 4);
    body += text;
  }
  if (body.size() > longest_record || message.texts.size() > most_texts)
    throw std::logic_error("agent: a record is too long");
  std::string bytes;
  put(bytes, body.size(), 4);
  return bytes + body;
}

bool AgentReader::read_greeting() {
  if (greeted_) return true;
  const std::size_t start = bytes_.find(greeting_start);
  if (start == std::string::npos) {
    if (bytes_.size() > longest_noise)
      throw EnvironmentError("cannot understand", "the agent: no greeting came", EPROTO);
    return false;
  }
  const std::size_t from = start + greeting_start.size();
  const std::size_t end = bytes_.find('\n', from);
  if (end == std::string::npos && bytes_.size() - start <= longest_greeting) return false;
  expect_version(std::string_view(bytes_).substr(
      from, end == std::string::npos ? longest_greeting : end - from));
  bytes_.erase(0, end + 1);
  greeted_ = true;
  return true;
}

std::optional<AgentMessage> AgentReader::next() {
  if (!read_greeting() || bytes_.size() < 4) return std::nullopt;
  std::string_view head(bytes_);
  const std::uint64_t size = take(head, 4);
  if (size > longest_record)
    throw EnvironmentError("cannot understand", fmt::format("a record of {} bytes", size), EPROTO);
  if (head.size() < size) return std::nullopt;
  AgentMessage message = decode(head.substr(0, size));
  bytes_.erase(0, 4 + size);
  return message;
}

std::int64_t number_of(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size())
    throw EnvironmentError("cannot understand", fmt::format("the number `{}`", text), EPROTO);
  return number;
}

AgentMessage refusal(const EnvironmentError& error) {
  return {AgentVerb::refused, 0, error.error, {error.action, error.object, error.hint}};
}

void expect_done(const AgentMessage& answer, const std::string& where) {
  if (answer.verb == AgentVerb::done) return;
  if (answer.verb != AgentVerb::refused || answer.texts.size() != 3)
    throw EnvironmentError("cannot understand", "the agent " + where, EPROTO);
  throw EnvironmentError(answer.texts[0], answer.texts[1] + " " + where, answer.error,
                         answer.texts[2]);
}

}  // namespace faultrig::live
