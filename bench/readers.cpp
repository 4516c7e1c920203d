// How fast histories are read: megabytes a second on one core, the builder's contract checks
// included, for the plain lines a run writes and for lines that only the JSON reader knows.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "checkers/history/jsonl.hpp"

namespace faultrig {
namespace {

constexpr int operations = 500'000;
constexpr int clients = 10;
constexpr int rounds = 3;  // the best counts; the first pays for the memory

// Clients take turns, each with one operation in flight; writes, reads and cas in turn.
std::string history_text(std::string_view extra_field) {
  std::string text;
  int index = 0;
  const auto add = [&](std::string_view type, int process, int operation) {
    const std::string_view f = operation % 3 == 0 ? "write" : operation % 3 == 1 ? "read" : "cas";
    const std::string value = f == "cas" ? fmt::format("[{},{}]", operation, operation + 1)
                                         : fmt::format("{}", operation);
    text += fmt::format(
        R"({{"index":{},"time":{},"type":"{}","process":{},"f":"{}","key":{},"value":{},)"
        R"("node":"n{}"{}}})"
        "\n",
        index, 1000L * index, type, process, f, operation / 250, value, process % 5, extra_field);
    ++index;
  };
  for (int first = 0; first < operations; first += clients) {
    for (int client = 0; client < clients; ++client) add("invoke", client, first + client);
    for (int client = 0; client < clients; ++client) add("ok", client, first + client);
  }
  return text;
}

double megabytes_a_second(const std::string& text) {
  double best = 0;
  for (int round = 0; round < rounds; ++round) {
    const auto begin = std::chrono::steady_clock::now();
    const JsonLinesHistory read = read_history_jsonl(text, "bench");
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
    if (read.history.operations().size() != operations) return 0;
    best = std::max(best, static_cast<double>(text.size()) / 1e6 / taken.count());
  }
  return best;
}

void print_rates() {
  const std::string plain = history_text("");
  const double fast = megabytes_a_second(plain);
  const double slow = megabytes_a_second(history_text(R"(,"extra":"é")"));
  fmt::print("JSON lines, {} operations, {:.0f} MB, one core\n", operations,
             static_cast<double>(plain.size()) / 1e6);
  fmt::print("  plain lines, as a run writes them  {:6.0f} MB/s\n", fast);
  fmt::print("  lines left to the JSON reader      {:6.0f} MB/s  (x{:.1f})\n", slow, fast / slow);
}

}  // namespace
}  // namespace faultrig

int main() {
  faultrig::print_rates();
  return 0;
}
