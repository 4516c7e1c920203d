#include "reports/html.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "reports/chart.hpp"
#include "reports/escape.hpp"
#include "tests/reports/run_support.hpp"

namespace faultrig {
namespace {

// A long run: 20,000 operations on five nodes, some failed, some unknown, with faults of every
// kind.
struct LongRun : StaleRun {
  LongRun() {
    Random random(9);
    for (int i = 0; i < 20'000; ++i) {
      const double when = 0.4 + 30.0 * i / 20'000;
      const std::string node = "n" + std::to_string(1 + i % 5);
      const bool cut = node == "n2" && when > 3.21 && when < 6;
      const auto outcome = random.chance({cut ? 6u : 1u, 12})   ? Outcome::fail
                           : random.chance({cut ? 3u : 1u, 60}) ? Outcome::info
                                                                : Outcome::ok;
      const double latency =
          outcome == Outcome::info ? 1.0 : 0.001 + 0.001 * static_cast<double>(random.below(20));
      operations.push_back(make_operation(i % 10, i % 2 == 0 ? "read" : "write", i, i, outcome,
                                          when, when + latency, node));
    }
    for (int i = 0; i < 6; ++i) {
      const double start = 8 + 3.4 * i;
      const char* families[] = {"pause", "packet", "kill"};
      const char* kinds[] = {"pause-leader", "packet-delay", "kill-all"};
      record.faults.push_back({4 + i,
                               families[i % 3],
                               kinds[i % 3],
                               {"n1"},
                               "n1",
                               at_seconds(start),
                               at_seconds(start + 2.5),
                               true,
                               {"42 packets delayed on 8 of 8 links"}});
    }
    record.main_ended = at_seconds(30.4);
    record.healed = at_seconds(30.45);
    record.connected = at_seconds(30.6);
    record.recovered = at_seconds(30.9);
    record.ended = at_seconds(31.5);
  }
};

TEST(Html, AHugeRunStaysASmallPage) {
  const LongRun run;
  const std::string page = html_report(run.report());
  EXPECT_LT(page.size(), 2'000'000u);
  if (const char* file = std::getenv("FAULTRIG_WRITE_REPORT")) std::ofstream(file) << page;
}

// Everything that could end a tag or an attribute, and bytes that are no text at all.
TEST(Html, NothingFromOutsideBecomesMarkup) {
  const std::string hostile = "<script>alert('x')</script>\x01\xff\"&";
  StaleRun run;
  run.record.nodes[0].log_tail = {hostile};
  run.record.nodes[1].deaths = {hostile};
  run.record.warnings = {hostile};
  run.record.repeat_with = hostile;
  run.record.plan.name = hostile;
  run.record.faults[0].detail = hostile;
  run.record.faults[0].evidence = {hostile};
  run.verdicts[0].reasons = {hostile};
  for (Operation& operation : run.operations) operation.node = hostile;
  auto& proof = std::get<NotLinearizable>(run.verdicts[0].evidence);
  proof.key = Value(hostile);
  for (Operation& operation : proof.core) operation.input = Value(hostile);
  const std::string page = html_report(run.report());
  std::size_t scripts = 0;
  for (auto at = page.find("<script"); at != std::string::npos; at = page.find("<script", at + 1)) {
    ++scripts;
  }
  EXPECT_EQ(scripts, 1u) << "only our own";
  EXPECT_EQ(page.find("alert('x')"), std::string::npos);
  EXPECT_EQ(page.find('\x01'), std::string::npos);
  EXPECT_EQ(page.find('\xff'), std::string::npos);
  EXPECT_NE(page.find("&lt;script&gt;alert(&#39;x&#39;)"), std::string::npos);
}

TEST(Html, FetchesNothing) {
  const std::string page = html_report(LongRun().report());
  for (const char* loader : {"http://", "https://", "src=", "@import", "url(", "<link", "fetch("}) {
    EXPECT_EQ(page.find(loader), std::string::npos) << loader;
  }
}

TEST(Html, ShowsTheStoryTheFaultsAndTheCommand) {
  StaleRun run;
  const std::string page = html_report(run.report());
  for (const char* part :
       {"<h1 class='invalid'>INVALID</h1>", "A stale read: key 17, answered by n2",
        "p7                                    |--read 38--|", "class='core'", "no effect",
        "1203 packets dropped on 8 of 8 links", "--seed 4711", "nodes/n3/log.txt", "listening",
        "<li>1 x timed-out: no answer within 1000 ms</li>"}) {
    EXPECT_NE(page.find(part), std::string::npos) << part;
  }
}

TEST(Html, ShowsHowWrongTheClocksWere) {
  LongRun run;
  EXPECT_EQ(html_report(run.report()).find("clock of"), std::string::npos);
  run.record.clocks.push_back({at_seconds(10), {{"n1", std::chrono::hours(1)}, {"n2", {}}}});
  run.record.clocks.push_back(
      {at_seconds(12), {{"n1", {}}, {"n2", std::chrono::milliseconds(-8)}}});
  run.record.clocks.push_back({at_seconds(14), {{"n1", {}}, {"n2", {}}}});
  const std::string page = html_report(run.report());
  for (const char* part : {"clock of n1", "clock of n2", ">60 min<", ">8 ms<"})
    EXPECT_NE(page.find(part), std::string::npos) << part;
  if (const char* file = std::getenv("FAULTRIG_WRITE_REPORT")) std::ofstream(file) << page;
}

TEST(Html, AHistoryWithoutARunIsAPageToo) {
  StaleRun run;
  Report report = run.report();
  report.record = nullptr;
  const std::string page = html_report(report);
  EXPECT_NE(page.find("A stale read: key 17"), std::string::npos);
  EXPECT_EQ(page.find("<h2>Faults</h2>"), std::string::npos);
}

TEST(Html, AnEmptyHistoryIsAPageToo) {
  const std::string page = html_report(Report{});
  EXPECT_NE(page.find("UNKNOWN"), std::string::npos);
  EXPECT_NE(page.find("</html>"), std::string::npos);
}

TEST(Escape, KeepsTextAndReplacesWhatXmlForbids) {
  EXPECT_EQ(escape_markup("a<b>&\"'\n\t"), "a&lt;b&gt;&amp;&quot;&#39;\n\t");
  EXPECT_EQ(escape_markup("\xC3\xA9 \xF0\x9F\x98\x80"), "\xC3\xA9 \xF0\x9F\x98\x80");
  const std::string lost = "\xEF\xBF\xBD";
  EXPECT_EQ(escape_markup("\x1b[0m"), lost + "[0m");
  EXPECT_EQ(escape_markup("\xC0\x80"), lost + lost) << "over-long";
  EXPECT_EQ(escape_markup("\xED\xA0\x80"), lost + lost + lost) << "surrogate";
  EXPECT_EQ(escape_markup("\xE2\x82"), lost + lost) << "cut off";
  EXPECT_EQ(escape_markup(std::string_view("\0", 1)), lost);
}

TEST(Chart, TicksAreRoundAndFew) {
  const auto ticks = axis_ticks(Time{}, at_seconds(31.5), 12);
  ASSERT_EQ(ticks.size(), 7u);
  EXPECT_EQ(ticks[1], at_seconds(5));
  for (const Duration span : {Duration(1), Duration(50'000), Duration(at_seconds(7200))}) {
    EXPECT_LE(axis_ticks(Time{}, span, 12).size(), 13u);
  }
}

}  // namespace
}  // namespace faultrig
