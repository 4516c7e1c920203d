#include "reports/story.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include "reports/html.hpp"
#include "reports/json.hpp"
#include "reports/junit.hpp"
#include "reports/text.hpp"
#include "tests/reports/run_support.hpp"
namespace faultrig {
TEST(Story, Look) {
  StaleRun run;
  puts(story(run.report()).c_str());
  puts(terminal_summary(run.report(), false).c_str());
  std::ofstream("/tmp/upstairs_report.html") << html_report(run.report());
  puts(verdict_json(run.report()).substr(0, 1500).c_str());
  puts(junit_xml(run.report()).c_str());
}
}  // namespace faultrig
