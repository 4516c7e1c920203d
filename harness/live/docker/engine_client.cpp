// The one file that includes Boost.Beast.
#include "harness/live/docker/engine_client.hpp"

#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <cctype>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <utility>

#include "checkers/history/json.hpp"

namespace faultrig::live {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using Protocol = asio::local::stream_protocol;

constexpr std::uint32_t largest_header = 64 << 10;
constexpr std::uint64_t largest_body = 64 << 20;
constexpr std::size_t longest_socket_path = 107;  // sockaddr_un
constexpr std::size_t longest_message = 2000;

constexpr std::string_view preferred_version = "1.41";
constexpr std::string_view oldest_known_version = "1.30";

std::string remedy_for(int error) {
  switch (error) {
    case ENOENT:
      return "is Docker installed and started (sudo systemctl start docker)? another engine is "
             "named by DOCKER_HOST=unix:///PATH";
    case ECONNREFUSED:
      return "the engine has ended: start it (sudo systemctl start docker), and see its log";
    case EACCES:
    case EPERM:
      return "run as root, or join its group (sudo usermod -aG docker $USER, then log in again)";
    default:
      return "see the engine's log, and `faultrig doctor`";
  }
}

// One request and its answer, on a connection of its own. Asio's and Beast's error codes do not
// leave it.
class Exchange {
 public:
  Exchange(const std::string& socket, const EngineRequest& request)
      : socket_(socket), request_(request) {
    if (socket.size() > longest_socket_path) {
      throw EnvironmentError(action(), fmt::format("the path {} is too long for a socket", socket),
                             0, "set DOCKER_HOST to a shorter one");
    }
  }

  EngineReply run(std::string_view version) {
    connect();
    send(version, false);
    http::response_parser<http::string_body> parser;
    set_limits(parser);
    const error_code error =
        await([&](auto done) { http::async_read(stream_, buffer_, parser, done); });
    if (error) fail(error);
    return {parser.get().result_int(), std::move(parser.get().body())};
  }

  // The answer when the engine did not agree to send a stream.
  std::optional<EngineReply> run_attached(std::string_view version, OutputStream& output) {
    connect();
    send(version, true);
    http::response_parser<http::string_body> parser;
    set_limits(parser);
    error_code error =
        await([&](auto done) { http::async_read_header(stream_, buffer_, parser, done); });
    if (error) fail(error);
    const unsigned status = parser.get().result_int();
    if (status != 101 && status != 200) {
      error = await([&](auto done) { http::async_read(stream_, buffer_, parser, done); });
      if (error) fail(error);
      return EngineReply{status, std::move(parser.get().body())};
    }
    output.first = beast::buffers_to_string(buffer_.data());
    output.socket = Descriptor(stream_.release_socket().release(error));
    if (error) fail(error);
    return std::nullopt;
  }

 private:
  std::string action() const { return fmt::format("cannot {}:", request_.purpose); }

  template <typename Parser>
  static void set_limits(Parser& parser) {
    parser.header_limit(largest_header);
    parser.body_limit(largest_body);
  }

  // Starts an operation and runs the loop until it is done; the deadline is the stream's.
  template <typename Start>
  error_code await(Start start) {
    error_code result = asio::error::would_block;
    start([&result](error_code error, std::size_t = 0) { result = error; });
    loop_.restart();
    loop_.run();
    return result;
  }

  void connect() {
    stream_.expires_after(request_.deadline);
    const Protocol::endpoint endpoint(socket_);
    const error_code error = await([&](auto done) { stream_.async_connect(endpoint, done); });
    if (!error) return;
    throw EnvironmentError(action(), "connecting to the Docker engine at " + socket_, error.value(),
                           remedy_for(error.value()));
  }

  void send(std::string_view version, bool attaches) {
    http::request<http::string_body> message;
    message.method_string(request_.method);
    message.target(version.empty() ? request_.path : fmt::format("/v{}{}", version, request_.path));
    message.version(11);
    message.set(http::field::host, "docker");
    if (attaches) {
      message.set(http::field::connection, "Upgrade");
      message.set(http::field::upgrade, "tcp");
    } else {
      message.set(http::field::connection, "close");
    }
    if (!request_.body.empty()) message.set(http::field::content_type, request_.content_type);
    message.body() = request_.body;
    message.prepare_payload();
    const error_code error = await([&](auto done) { http::async_write(stream_, message, done); });
    // An engine that refuses a long body answers before it has read all of it, and hangs up.
    if (error && error != asio::error::broken_pipe && error != asio::error::connection_reset) {
      fail(error);
    }
  }

  [[noreturn]] void fail(error_code error) const {
    const std::string engine = "the Docker engine at " + socket_;
    if (error == beast::error::timeout) {
      throw EnvironmentError(
          action(),
          fmt::format("{} gave no answer within {} ms", engine, request_.deadline.count()), 0,
          "is it overloaded or stopped? see its log");
    }
    const bool hung_up = error == http::error::end_of_stream ||
                         error == http::error::partial_message || error == asio::error::eof ||
                         error == asio::error::connection_reset ||
                         error == asio::error::broken_pipe;
    if (hung_up) {
      throw EnvironmentError(action(), engine + " hung up before it had answered", 0,
                             "it may have ended: see its log");
    }
    throw EnvironmentError(action(),
                           fmt::format("{} gave an answer that is no HTTP that we understand ({})",
                                       engine, error.message()),
                           0, "is it an engine that listens there?");
  }

  const std::string& socket_;
  const EngineRequest& request_;
  asio::io_context loop_{1};
  beast::basic_stream<Protocol> stream_{loop_};
  beast::flat_buffer buffer_;
};

// "1.41" as something that can be compared; {0, 0} for what is no version.
std::pair<int, int> version_of(std::string_view text) {
  std::pair<int, int> version;
  const char* end = text.data() + text.size();
  const auto [dot, problem] = std::from_chars(text.data(), end, version.first);
  if (problem != std::errc() || dot == end || *dot != '.') return {};
  const auto [rest, trouble] = std::from_chars(dot + 1, end, version.second);
  if (trouble != std::errc() || rest != end) return {};
  return version;
}

}  // namespace

std::string negotiate_version(std::string_view oldest, std::string_view newest) {
  const auto top = version_of(newest);
  if (top < version_of(oldest_known_version)) return "";
  if (top < version_of(preferred_version)) return std::string(newest);
  return std::string(version_of(oldest) > version_of(preferred_version) ? oldest
                                                                        : preferred_version);
}

std::string url_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || std::string_view("-._~").find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", byte);
    }
  }
  return encoded;
}

std::string engine_socket() {
  const char* host = std::getenv("DOCKER_HOST");
  if (host == nullptr || *host == '\0') return "/var/run/docker.sock";
  constexpr std::string_view scheme = "unix://";
  if (std::string_view(host).starts_with(scheme)) {
    const std::filesystem::path path = host + scheme.size();
    std::error_code ignored;  // what cannot be looked at is told when it is connected to
    const auto kind = std::filesystem::status(path, ignored).type();
    const bool is_other = std::filesystem::exists(std::filesystem::file_status(kind)) &&
                          kind != std::filesystem::file_type::unknown &&
                          kind != std::filesystem::file_type::socket;
    if (!path.empty() && !is_other) return path;
  }
  throw EnvironmentError("cannot use", fmt::format("the Docker engine at DOCKER_HOST={}", host), 0,
                         "only an engine behind a unix socket can be used: "
                         "DOCKER_HOST=unix:///var/run/docker.sock");
}

EngineClient::EngineClient(std::string socket) : socket_(std::move(socket)) {
  const EngineRequest request{.purpose = "ask the Docker engine for its version",
                              .method = "GET",
                              .path = "/version",
                              .deadline = std::chrono::seconds(10)};
  const Value answer = ask_value(request);  // api_version_ is empty: the path has none yet
  engine_version_ = answer.string_or("Version", "unknown");
  const std::string oldest = answer.string_or("MinAPIVersion", "");
  const std::string newest = answer.string_or("ApiVersion", "");
  api_version_ = negotiate_version(oldest, newest);
  if (!api_version_.empty()) return;
  throw EnvironmentError(
      "cannot use", fmt::format("the Docker engine at {}", socket_), 0,
      fmt::format("it speaks API version `{}`, and {} is the oldest that will do: use Docker 17.06 "
                  "or newer",
                  newest, oldest_known_version));
}

EngineReply EngineClient::ask(const EngineRequest& request) const {
  return Exchange(socket_, request).run(api_version_);
}

std::string EngineClient::ask_ok(const EngineRequest& request) const {
  EngineReply reply = ask(request);
  if (!reply.ok()) throw refusal(request, reply);
  return std::move(reply.body);
}

Value EngineClient::ask_value(const EngineRequest& request) const {
  const std::string body = ask_ok(request);
  if (body.empty()) return {};
  try {
    return parse_json(body);
  } catch (const JsonError& error) {
    throw EnvironmentError(
        fmt::format("cannot {}:", request.purpose),
        fmt::format("the Docker engine at {} gave an answer that is no JSON ({})", socket_,
                    error.what()),
        0, "is it an engine that listens there?");
  }
}

OutputStream EngineClient::attach(const std::string& container, const std::string& purpose,
                                  bool input) const {
  const EngineRequest request{
      .purpose = purpose,
      .method = "POST",
      .path = fmt::format("/containers/{}/attach?stream=1&stdout=1&stderr=1{}", container,
                          input ? "&stdin=1" : "")};
  OutputStream output;
  const auto reply = Exchange(socket_, request).run_attached(api_version_, output);
  if (reply) throw refusal(request, *reply);
  return output;
}

EnvironmentError EngineClient::refusal(const EngineRequest& request,
                                       const EngineReply& reply) const {
  std::string message = reply.body;
  try {
    message = parse_json(reply.body).string_or("message", message);
  } catch (const JsonError&) {  // as it came
  }
  if (message.size() > longest_message) message = message.substr(0, longest_message) + "...";
  std::string hint;
  if (message.find("no space left on device") != std::string::npos) {
    hint = "free space where the engine keeps its data (`docker system df` shows what it holds)";
  }
  if (message.find("cannot assign requested address") != std::string::npos)
    hint = "docker.address is to be an address of the engine's own machine";
  return {
      fmt::format("cannot {}:", request.purpose),
      fmt::format("the Docker engine at {} says: {} (status {})", socket_, message, reply.status),
      0, hint};
}

}  // namespace faultrig::live
