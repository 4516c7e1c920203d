#include "reports/junit.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reports/escape.hpp"
#include "reports/story.hpp"

namespace faultrig {
namespace {

std::string run_seconds(const RunRecord* record) {
  const Time length = record != nullptr && record->ended ? *record->ended : Time{};
  return fmt::format("{:.3f}", std::chrono::duration<double>(length).count());
}

std::string result_of(const Report& report, const Verdict& verdict) {
  if (verdict.validity == Validity::valid) return "";
  Report one = report;
  one.verdicts = std::span<const Verdict>(&verdict, 1);
  one.validity = verdict.validity;
  const std::string tag = verdict.validity == Validity::invalid ? "failure" : "error";
  const std::string reason = verdict.reasons.empty() ? "no reason given" : verdict.reasons.front();
  return fmt::format("      <{} message=\"{}\">{}</{}>\n", tag, escape_markup(reason),
                     escape_markup(story(one)), tag);
}

}  // namespace

std::string junit_xml(const Report& report) {
  const auto count = [&](Validity validity) {
    return std::count_if(report.verdicts.begin(), report.verdicts.end(),
                         [&](const Verdict& verdict) { return verdict.validity == validity; });
  };
  const RunRecord* record = report.record;
  const std::string suite = record != nullptr
                                ? fmt::format("{} {}", record->plan.target, record->plan.workload)
                                : "history";
  std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
  text += fmt::format(
      "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" time=\"{}\">\n",
      escape_markup(suite), report.verdicts.size(), count(Validity::invalid),
      count(Validity::unknown), run_seconds(record));
  for (const Verdict& verdict : report.verdicts) {
    text += fmt::format("    <testcase classname=\"faultrig.{}\" name=\"{}\">\n",
                        escape_markup(suite), escape_markup(verdict.checker));
    text += result_of(report, verdict);
    text += "    </testcase>\n";
  }
  return text + "  </testsuite>\n</testsuites>\n";
}

}  // namespace faultrig
