#include "harness/live/docker/bridge_network.hpp"

#include <gtest/gtest.h>

#include "harness/errors.hpp"
#include "tests/live/docker/fake_engine_support.hpp"

namespace faultrig::live {
namespace {

std::string error_of_making(const std::string& status, const std::string& message) {
  const FakeEngine engine(with_version([&](const std::string&) {
    return http_answer(status, "{\"message\": \"" + message + "\"}");
  }));
  const EngineClient client(engine.socket());
  try {
    make_bridge_network(client, "run", Value::map({}));
  } catch (const EnvironmentError& error) {
    return error.what();
  }
  return "";
}

TEST(docker_bridge_network, an_engine_that_makes_none_is_told_with_what_to_do) {
  for (const auto& [status, message] :
       {std::pair{"500 Internal Server Error", "operation not supported"},
        {"404 Not Found", "could not find plugin bridge in v1 plugin registry"},
        {"403 Forbidden", "could not find an available, non-overlapping IPv4 address pool"}}) {
    const std::string error = error_of_making(status, message);
    EXPECT_NE(error.find("cannot make a bridge network for the nodes: "), error.npos) << error;
    EXPECT_NE(error.find(message), error.npos) << error;
    EXPECT_NE(error.find("docker.network = \"switch\" needs no network"), error.npos) << error;
  }
}

TEST(docker_bridge_network, its_own_address_is_told_where_the_engine_tells_it) {
  for (const auto& [answer, gateway] :
       {std::pair{R"({"IPAM": {"Config": [{"Subnet": "172.18.0.0/16", "Gateway": "172.18.0.1"}]}})",
                  "172.18.0.1"},
        {R"({"IPAM": {"Config": []}})", ""},
        {R"({"IPAM": {"Config": [{}]}})", ""},
        {R"({"IPAM": null})", ""},
        {"{}", ""}}) {
    const FakeEngine engine(
        with_version([&](const std::string&) { return http_answer("200 OK", answer); }));
    const EngineClient client(engine.socket());
    const BridgeNetwork network = make_bridge_network(client, "run", Value::map({}));
    EXPECT_EQ(network.gateway, gateway) << answer;
    EXPECT_EQ(network.name, "faultrig-run");
  }
}

TEST(docker_bridge_network, an_address_of_ours_is_one_of_a_device) {
  EXPECT_TRUE(is_address_of_ours("127.0.0.1"));
  EXPECT_FALSE(is_address_of_ours("192.0.2.77"));
  EXPECT_FALSE(is_address_of_ours(""));
}

}  // namespace
}  // namespace faultrig::live
