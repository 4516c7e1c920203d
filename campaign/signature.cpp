#include "campaign/signature.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "campaign/findings.hpp"
#include "checkers/history/json.hpp"
#include "harness/errors.hpp"

namespace faultrig {
namespace {

std::optional<Time> first_break(const RunRecord& record) {
  if (record.broken_invariants.empty()) return std::nullopt;
  return record.broken_invariants.front().at;
}

// The chance that a run of this bug shows the feature, never 0 and never 1.
double chance_of(const SignatureRecord& record, const std::string& feature) {
  const auto at = record.features.find(feature);
  const double count = at == record.features.end() ? 0 : static_cast<double>(at->second);
  return (count + 0.5) / (static_cast<double>(record.runs) + 1);
}

// The property that broke first; empty when none did.
std::string first_broken(const std::vector<std::string>& signature) {
  constexpr std::string_view lead = "first ";
  for (const std::string& feature : signature) {
    if (feature.starts_with(lead)) return feature.substr(lead.size());
  }
  return "";
}

// What broke first, and how, is nearest to the defect. What came of it later is evidence where it
// was seen, but a run may end before it comes; which faults happened to be there says least.
double weight_of(const std::string& feature, bool shown, const std::string& first) {
  if (feature.starts_with("after ")) return 0.25;
  const bool is_first =
      !first.empty() && (feature == "first " + first || feature.starts_with(first + ": "));
  if (is_first) return 3;
  return shown ? 1 : 0.2;
}

}  // namespace

std::vector<std::string> signature_of(const SimulatedRun& run) {
  std::set<std::string> features;
  bool is_first = true;
  for (const BrokenInvariant& broken : run.record.broken_invariants) {
    if (is_first) features.insert("first " + broken.property);
    is_first = false;
    features.insert("broke " + broken.property);
    for (const std::string& fact : broken.circumstances) {
      features.insert(broken.property + ": " + fact);
    }
  }
  for (const std::string& finding : findings_of(run)) {
    const bool is_liveness = finding == "progress" || finding == "convergence";
    if (finding.find(':') != std::string::npos || is_liveness) features.insert(finding);
  }
  const std::optional<Time> broke = first_break(run.record);
  for (const FaultRecord& fault : run.record.faults) {
    const bool was_before = !broke || fault.started <= *broke;
    if (fault.bit && was_before) features.insert("after " + fault.family);
  }
  return {features.begin(), features.end()};
}

void SignatureRecord::add(const std::vector<std::string>& signature) {
  ++runs;
  for (const std::string& feature : signature) ++features[feature];
}

std::vector<Likeness> compare(const std::vector<std::string>& signature,
                              const std::vector<SignatureRecord>& records) {
  std::set<std::string> known;
  for (const SignatureRecord& record : records) {
    for (const auto& [feature, count] : record.features) known.insert(feature);
  }
  // What faults there were says little of itself; something must have been broken in a known way.
  const bool says_anything = std::any_of(signature.begin(), signature.end(), [&](const auto& f) {
    return known.contains(f) && !f.starts_with("after ");
  });
  if (!says_anything) return {};
  const std::string first = first_broken(signature);
  std::vector<std::pair<double, std::string>> scores;
  for (const SignatureRecord& record : records) {
    if (record.runs == 0) continue;
    double score = 0;
    for (const std::string& feature : known) {
      const bool shown = std::binary_search(signature.begin(), signature.end(), feature);
      const double chance = chance_of(record, feature);
      score += weight_of(feature, shown, first) * std::log(shown ? chance : 1 - chance);
    }
    scores.emplace_back(score, record.bug);
  }
  if (scores.empty()) return {};
  std::stable_sort(scores.begin(), scores.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  double whole = 0;
  for (const auto& [score, bug] : scores) whole += std::exp(score - scores.front().first);
  std::vector<Likeness> likely;
  for (const auto& [score, bug] : scores) {
    likely.push_back({bug, std::exp(score - scores.front().first) / whole});
  }
  return likely;
}

std::vector<std::string> hint_words(const std::vector<Likeness>& likely,
                                    const TargetManifest& manifest) {
  std::vector<std::string> hints;
  for (const Likeness& likeness : likely) {
    if (likeness.share < 0.2 || hints.size() == 2) break;
    const auto bug = std::find_if(manifest.bugs.begin(), manifest.bugs.end(),
                                  [&](const PlantedBug& b) { return b.name == likeness.bug; });
    if (bug == manifest.bugs.end()) continue;
    const char* lead = !hints.empty()          ? "Or like"
                       : likeness.share >= 0.7 ? "This looks like"
                                               : "This may be like";
    hints.push_back(fmt::format("{} `{}`: {}", lead, bug->name,
                                bug->teaches.empty() ? bug->summary : bug->teaches));
  }
  return hints;
}

std::string to_text(const std::vector<SignatureRecord>& records) {
  std::string text;
  for (const SignatureRecord& record : records) {
    Value::Map features;
    for (const auto& [feature, count] : record.features) features.emplace_back(feature, count);
    text += to_json(Value::map({{"bug", record.bug},
                                {"runs", record.runs},
                                {"features", Value(std::move(features))}})) +
            "\n";
  }
  return text;
}

std::vector<SignatureRecord> read_signatures(std::string_view text, const std::string& file) {
  std::vector<SignatureRecord> records;
  int line_number = 0;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++line_number;
    if (line.empty()) continue;
    try {
      const Value value = parse_json(line);
      SignatureRecord record;
      record.bug = value.string_or("bug", "");
      record.runs =
          static_cast<std::uint64_t>(std::max<std::int64_t>(0, value.integer_or("runs", 0)));
      const Value* features = value.find("features");
      if (record.bug.empty() || features == nullptr || !features->is_map()) {
        throw UsageError("a record needs bug, runs and features",
                         "`faultrig selftest --record` writes this file", file, line_number, 1);
      }
      for (const auto& [feature, count] : features->as_map()) {
        if (count.is_integer() && count.as_integer() >= 0) {
          record.features[feature] = static_cast<std::uint64_t>(count.as_integer());
        }
      }
      records.push_back(std::move(record));
    } catch (const JsonError& error) {
      throw UsageError(error.what(), "`faultrig selftest --record` writes this file", file,
                       line_number, 1);
    }
  }
  return records;
}

}  // namespace faultrig
