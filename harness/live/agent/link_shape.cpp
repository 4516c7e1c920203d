#include "harness/live/agent/link_shape.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <charconv>
#include <limits>

#include "harness/errors.hpp"

namespace faultrig::live {
namespace {

constexpr std::int64_t longest_delay = std::int64_t{3'600} * 1'000'000'000;

template <typename Number>
Number number_of(std::string_view text, Number most) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0 || number > most)
    throw EnvironmentError("cannot understand", fmt::format("the number `{}`", text), EPROTO);
  return number;
}

// Those that a host counts: where packets arrive, and where they leave.
constexpr std::uint64_t LinkCounters::*counted[] = {
    &LinkCounters::dropped_by_cut, &LinkCounters::rejected,   &LinkCounters::lost,
    &LinkCounters::delayed,        &LinkCounters::duplicated, &LinkCounters::reordered,
    &LinkCounters::corrupted};

}  // namespace

std::string to_text(Ratio share) {
  return fmt::format("{}/{}", share.numerator, share.denominator);
}

Ratio ratio_of(const std::string& text) {
  constexpr auto most = std::numeric_limits<std::uint32_t>::max();
  const std::size_t slash = std::min(text.find('/'), text.size());
  const std::string_view whole = text;
  Ratio share;
  share.numerator = number_of(whole.substr(0, slash), most);
  share.denominator = number_of(whole.substr(std::min(slash + 1, text.size())), most);
  if (share.denominator == 0 || share.numerator > share.denominator)
    throw EnvironmentError("cannot understand", fmt::format("the share `{}`", text), EPROTO);
  return share;
}

std::vector<std::string> link_shape(const LinkRule& rule) {
  return {std::to_string(rule.delay.count()),
          std::to_string(rule.jitter.count()),
          rule.jitter_reorders ? "1" : "0",
          std::to_string(rule.rate_bits_per_second),
          std::to_string(rule.queue_packets),
          to_text(rule.reorder),
          to_text(rule.duplicate),
          to_text(rule.corrupt)};
}

LinkRule link_shape_of(const std::vector<std::string>& texts) {
  LinkRule rule;
  rule.delay = std::chrono::nanoseconds(number_of(texts.at(0), longest_delay));
  rule.jitter = std::chrono::nanoseconds(number_of(texts.at(1), longest_delay));
  rule.jitter_reorders = number_of(texts.at(2), 1) != 0;
  rule.rate_bits_per_second = number_of(texts.at(3), std::numeric_limits<std::uint64_t>::max());
  rule.queue_packets = number_of(texts.at(4), std::numeric_limits<std::uint32_t>::max());
  rule.reorder = ratio_of(texts.at(5));
  rule.duplicate = ratio_of(texts.at(6));
  rule.corrupt = ratio_of(texts.at(7));
  return rule;
}

std::vector<std::string> to_texts(const LinkCounters& counters) {
  std::vector<std::string> texts;
  for (const auto count : counted) texts.push_back(std::to_string(counters.*count));
  return texts;
}

LinkCounters link_counters_of(const std::vector<std::string>& texts) {
  LinkCounters counters;
  for (std::size_t i = 0; i < std::size(counted); ++i)
    counters.*counted[i] = number_of(texts.at(i), std::numeric_limits<std::uint64_t>::max());
  counters.entered = counters.dropped_by_cut + counters.rejected + counters.lost;
  return counters;
}

LinkCounters joined(const LinkCounters& leaving, const LinkCounters& arriving) {
  LinkCounters both = arriving;
  for (const auto count : counted) both.*count = leaving.*count + arriving.*count;
  return both;
}

}  // namespace faultrig::live
