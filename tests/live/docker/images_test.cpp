#include "harness/live/docker/images.hpp"

#include <elf.h>
#include <gtest/gtest.h>

#include <cstring>

#include "harness/live/docker/containers.hpp"
#include "harness/store.hpp"
#include "tests/live/docker/fake_engine_support.hpp"

namespace faultrig::live {
namespace {

// The head of an executable with one program header of that type.
std::string executable(std::uint32_t type) {
  Elf64_Ehdr head{};
  std::memcpy(head.e_ident, ELFMAG, SELFMAG);
  head.e_ident[EI_CLASS] = ELFCLASS64;
  head.e_phoff = sizeof head;
  head.e_phnum = 1;
  Elf64_Phdr part{};
  part.p_type = type;
  std::string file(sizeof head + sizeof part, '\0');
  std::memcpy(file.data(), &head, sizeof head);
  std::memcpy(file.data() + sizeof head, &part, sizeof part);
  return file;
}

TEST(docker_images, a_static_program_is_told_from_others) {
  EXPECT_TRUE(is_static_executable(executable(PT_LOAD)));
  EXPECT_FALSE(is_static_executable(executable(PT_INTERP)));
  EXPECT_FALSE(is_static_executable(read_file(this_program()))) << "gtest is a shared library";
  EXPECT_FALSE(is_static_executable("#!/bin/sh\n"));
  EXPECT_FALSE(is_static_executable(""));
  const std::string whole = executable(PT_LOAD);
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(is_static_executable(std::string_view(whole).substr(0, size))) << size;
  std::string far = whole;
  const Elf64_Off beyond = ~Elf64_Off{0} - 8;
  std::memcpy(far.data() + offsetof(Elf64_Ehdr, e_phoff), &beyond, sizeof beyond);
  EXPECT_FALSE(is_static_executable(far));
}

TEST(docker_images, a_build_log_tells_its_error) {
  const BuildLog log = read_build_log(
      "{\"stream\":\"Step 1/2 : FROM scratch\\n\"}\r\n{\"stream\":\" ---> \\n\"}\r\nno JSON\r\n"
      "{\"errorDetail\":{\"message\":\"no x\"},\"error\":\"no x\"}\r\n");
  EXPECT_EQ(log.text, "Step 1/2 : FROM scratch\n ---> \n");
  EXPECT_EQ(log.error, "no x");
  EXPECT_EQ(read_build_log("{\"aux\":{\"ID\":\"x\"}}").error, "");
  EXPECT_EQ(read_build_log("").text, "");
}

TEST(docker_images, one_that_is_there_is_not_made_again) {
  const FakeEngine engine(
      with_version([](const std::string&) { return http_answer("200 OK", "{}"); }));
  const ScratchFolder scratch;
  write_file(scratch.path() / "My_Program", executable(PT_LOAD));
  const EngineClient client(engine.socket());
  const std::string image = image_of_program(client, "My _Target", scratch.path() / "My_Program");
  EXPECT_TRUE(image.starts_with("faultrig/my-target:")) << image;
  EXPECT_EQ(engine.requests().size(), 2u) << "the version, and whether it is there";
}

TEST(docker_images, an_import_that_failed_under_a_status_of_success_is_noticed) {
  const FakeEngine engine(with_version([](const std::string& request) {
    if (request.starts_with("GET")) return http_answer("404 Not Found", "{\"message\":\"no\"}");
    return http_answer("200 OK", "{\"error\":\"unexpected EOF\"}");
  }));
  const ScratchFolder scratch;
  write_file(scratch.path() / "program", executable(PT_LOAD));
  const EngineClient client(engine.socket());
  EXPECT_THROW(image_of_program(client, "x", scratch.path() / "program"), EnvironmentError);
}

TEST(docker_containers, odd_answers_are_errors_or_nothing) {
  const FakeEngine engine(with_version([](const std::string& request) {
    if (request.find("/create") != std::string::npos)
      return http_answer("201 Created", request.find("name=odd") == std::string::npos
                                            ? R"({"Id":"abc"})"
                                            : R"({"Warnings":7})");
    return http_answer("200 OK", R"({"State":{"Pid":"many","Running":1,"ExitCode":null}})");
  }));
  const EngineClient client(engine.socket());
  ContainerPlan plan;
  plan.name = "odd";
  EXPECT_THROW(Container::create(client, plan, "node n1"), EnvironmentError);
  plan.name = "even";
  const Container container = Container::create(client, plan, "node n1");
  EXPECT_EQ(container.id(), "abc");
  EXPECT_FALSE(container.state().running);
  EXPECT_EQ(container.state().process, 0);
}

TEST(docker_containers, an_exit_code_above_128_is_a_signal) {
  const auto told = [](int code) {
    ContainerState state;
    state.exit_code = code;
    return how_it_ended(state);
  };
  EXPECT_EQ(told(0), "exit 0");
  EXPECT_EQ(told(3), "exit 3");
  EXPECT_EQ(told(139), "signal 11 (SIGSEGV)");
  EXPECT_EQ(told(255), "exit 255");
  ContainerState killed;
  killed.exit_code = 137;
  killed.out_of_memory = true;
  EXPECT_EQ(how_it_ended(killed), "signal 9 (SIGKILL), out of memory");
}

}  // namespace
}  // namespace faultrig::live
