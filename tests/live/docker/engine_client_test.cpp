#include "harness/live/docker/engine_client.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>

#include "tests/live/docker/fake_engine_support.hpp"

namespace faultrig::live {
namespace {

using namespace std::chrono_literals;

EngineRequest request_for(const std::string& path) {
  return {.purpose = "look at the containers", .method = "GET", .path = path};
}

// What the client says when the engine answers so.
std::string error_of(const FakeEngine::Answer& answer, EngineRequest request = request_for("/x")) {
  const FakeEngine engine(with_version(answer));
  const EngineClient client(engine.socket());
  try {
    client.ask_value(request);
  } catch (const EnvironmentError& error) {
    return error.what();
  }
  return "";
}

testing::AssertionResult says(const std::string& text, const std::string& part) {
  if (text.find(part) != std::string::npos) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "\"" << text << "\" says nothing of \"" << part << "\"";
}

TEST(engine_client, speaks_the_version_that_both_know) {
  EXPECT_EQ(negotiate_version("1.12", "1.41"), "1.41");
  EXPECT_EQ(negotiate_version("1.12", "1.53"), "1.41");
  EXPECT_EQ(negotiate_version("1.12", "1.40"), "1.40") << "an older engine";
  EXPECT_EQ(negotiate_version("1.44", "1.52"), "1.44") << "a newer one that has forgotten ours";
  EXPECT_EQ(negotiate_version("1.12", "1.29"), "") << "too old";
  EXPECT_EQ(negotiate_version("1.12", "1.9"), "") << "nine is less than thirty";
  EXPECT_EQ(negotiate_version("", ""), "");
  EXPECT_EQ(negotiate_version("x", "1.41beta"), "");
}

TEST(engine_client, asks_under_the_version_and_reads_the_answer) {
  const FakeEngine engine(
      with_version([](const std::string&) { return http_answer("200 OK", R"([{"Id":"a"}])"); }));
  const EngineClient client(engine.socket());
  EXPECT_EQ(client.engine_version(), "20.10.24");
  EXPECT_EQ(client.ask_value(request_for("/containers/json?all=1")).as_list().size(), 1u);
  const auto requests = engine.requests();
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_TRUE(requests[1].starts_with("GET /v1.41/containers/json?all=1 HTTP/1.1\r\n"))
      << requests[1];
}

TEST(engine_client, reads_chunks) {
  const FakeEngine engine(with_version([](const std::string&) {
    return "HTTP/1.1 200 OK\r\nTransfer-Encoding: "
           "chunked\r\n\r\n5\r\n{\"a\":\r\n2\r\n1}\r\n0\r\n\r\n";
  }));
  EXPECT_EQ(EngineClient(engine.socket()).ask_value(request_for("/x")).integer_or("a", 0), 1);
}

TEST(engine_client, sends_what_is_long_and_many_at_once) {
  const FakeEngine engine(with_version([](const std::string& request) {
    return http_answer("200 OK", request.substr(0, request.find(' ')));
  }));
  const EngineClient client(engine.socket());
  EngineRequest request = request_for("/build");
  request.method = "POST";
  request.body = std::string(5 << 20, 'x');
  std::vector<std::thread> askers;
  for (int i = 0; i < 4; ++i)
    askers.emplace_back([&] { EXPECT_EQ(client.ask_ok(request), "POST"); });
  for (std::thread& asker : askers) asker.join();
}

TEST(engine_client, tells_the_engines_message) {
  const std::string text = error_of([](const std::string&) {
    return http_answer("404 Not Found", R"({"message":"No such image: nope"})");
  });
  EXPECT_TRUE(says(text, "cannot look at the containers: the Docker engine at /"));
  EXPECT_TRUE(says(text, "says: No such image: nope (status 404)"));
  EXPECT_TRUE(says(error_of([](const std::string&) {
                     return http_answer("500 Oh", "write /x: no space left on device");
                   }),
                   "free space where the engine keeps its data"));
}

TEST(engine_client, an_answer_without_content_is_nil) {
  const FakeEngine engine(
      with_version([](const std::string&) { return "HTTP/1.1 204 No Content\r\n\r\n"; }));
  EXPECT_TRUE(EngineClient(engine.socket()).ask_value(request_for("/x")).is_nil());
}

TEST(engine_client, bad_answers_are_told_apart) {
  EXPECT_TRUE(says(error_of([](const std::string&) { return "SSH-2.0-OpenSSH\r\n\r\n"; }),
                   "no HTTP that we understand"));
  EXPECT_TRUE(says(error_of([](const std::string&) { return ""; }), "hung up before"));
  EXPECT_TRUE(says(error_of([](const std::string&) {
                     return "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"a\"";
                   }),
                   "hung up before"));
  EXPECT_TRUE(says(error_of([](const std::string&) {
                     return "HTTP/1.1 200 OK\r\nX: " + std::string(1 << 20, 'x') + "\r\n\r\n";
                   }),
                   "no HTTP that we understand (header limit exceeded)"));
  EXPECT_TRUE(says(error_of([](const std::string&) {
                     return "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n";
                   }),
                   "no HTTP that we understand (body limit exceeded)"));
  EXPECT_TRUE(says(error_of([](const std::string&) { return http_answer("200 OK", "<html>"); }),
                   "no JSON"));
}

TEST(engine_client, waits_no_longer_than_the_deadline) {
  EngineRequest request = request_for("/x");
  request.deadline = 50ms;
  EXPECT_TRUE(says(error_of([](const std::string&) { return "silence"; }, request),
                   "gave no answer within 50 ms"));
}

TEST(engine_client, an_engine_too_old_is_refused) {
  const FakeEngine engine([](const std::string&) {
    return http_answer("200 OK", R"({"Version":"1.0","ApiVersion":"1.20","MinAPIVersion":"1.12"})");
  });
  try {
    EngineClient client(engine.socket());
    FAIL() << "should have been refused";
  } catch (const EnvironmentError& error) {
    EXPECT_TRUE(says(error.what(), "API version `1.20`"));
  }
}

TEST(engine_client, no_engine_says_what_to_do) {
  const ScratchFolder scratch;
  const std::string path = scratch.path() / "missing.sock";
  try {
    EngineClient client(path);
    FAIL() << "nobody listens";
  } catch (const EnvironmentError& error) {
    EXPECT_EQ(error.error, ENOENT);
    EXPECT_TRUE(says(error.what(), path));
    EXPECT_TRUE(says(error.what(), "systemctl start docker"));
  }
  EXPECT_THROW(EngineClient("/" + std::string(200, 'x')), EnvironmentError);
}

TEST(engine_client, an_engine_that_has_ended_says_so) {
  std::string path;
  const ScratchFolder scratch;
  {
    const FakeEngine engine([](const std::string&) { return ""; });
    path = scratch.path() / "ended.sock";
    std::filesystem::rename(engine.socket(), path);
  }
  try {
    EngineClient client(path);
    FAIL() << "nobody listens any more";
  } catch (const EnvironmentError& error) {
    EXPECT_EQ(error.error, ECONNREFUSED);
    EXPECT_TRUE(says(error.what(), "the engine has ended"));
  }
}

TEST(engine_client, attaches_to_what_a_container_writes) {
  const FakeEngine engine(with_version([](const std::string& request) {
    EXPECT_TRUE(says(request, "POST /v1.41/containers/n1/attach?"));
    return "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nfirst and the rest";
  }));
  const OutputStream output = EngineClient(engine.socket()).attach("n1", "follow node n1");
  std::string text = output.first;
  char chunk[100];
  // The descriptor may be non-blocking, and all has been sent before the engine hung up.
  await([&] {
    const ssize_t size = ::read(output.socket.get(), chunk, sizeof chunk);
    if (size > 0) text.append(chunk, static_cast<std::size_t>(size));
    return size == 0;
  });
  EXPECT_EQ(text, "first and the rest");
}

TEST(engine_client, attaching_may_be_refused) {
  const FakeEngine engine(with_version([](const std::string&) {
    return http_answer("404 Not Found", R"({"message":"No such container: n1"})");
  }));
  EXPECT_THROW(EngineClient(engine.socket()).attach("n1", "follow node n1"), EnvironmentError);
}

TEST(engine_client, the_socket_is_that_of_the_environment) {
  ::setenv("DOCKER_HOST", "unix:///run/user/1000/docker.sock", 1);
  EXPECT_EQ(engine_socket(), "/run/user/1000/docker.sock");
  for (const char* other :
       {"tcp://10.0.0.1:2375", "unix://", "unix:///etc/passwd", "/run/docker.sock"}) {
    ::setenv("DOCKER_HOST", other, 1);
    EXPECT_THROW(engine_socket(), EnvironmentError) << other;
  }
  ::unsetenv("DOCKER_HOST");
  EXPECT_EQ(engine_socket(), "/var/run/docker.sock");
}

TEST(engine_client, queries_are_encoded) {
  EXPECT_EQ(url_encoded("a b/{\"x\"}~"), "a%20b%2F%7B%22x%22%7D~");
}

}  // namespace
}  // namespace faultrig::live
