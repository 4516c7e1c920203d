#include "reports/chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>

#include "reports/clock_chart.hpp"
#include "reports/escape.hpp"
#include "reports/words.hpp"

namespace faultrig {
namespace {

constexpr int left = 96;
constexpr int columns = 1000;
constexpr int right = 44;
constexpr int lane_height = 40;
constexpr int band_height = 16;

double in_seconds(Duration time) { return std::chrono::duration<double>(time).count(); }

// Maps the run's time to columns of the plot.
struct Scale {
  Time from{};
  Time to{};
  double x(Time time) const {
    const double share = in_seconds(time - from) / std::max(1e-9, in_seconds(to - from));
    return left + columns * std::clamp(share, 0.0, 1.0);
  }
  int column(Time time) const {
    return std::clamp(static_cast<int>(x(time)) - left, 0, columns - 1);
  }
};

template <typename... Arguments>
void put(std::string& out, fmt::format_string<Arguments...> form, Arguments&&... arguments) {
  fmt::format_to(std::back_inserter(out), form, std::forward<Arguments>(arguments)...);
}

void put_text(std::string& out, double x, double y, std::string_view css, std::string_view text) {
  put(out, "<text x='{:.1f}' y='{:.1f}' class='{}'>{}</text>\n", x, y, css, escape_markup(text));
}

std::string fault_tip(const FaultRecord& fault) {
  std::string tip = fmt::format("#{} {} {} to {}\n{}", fault.id, fault.kind, seconds(fault.started),
                                until(fault.ended), fault.detail);
  for (const std::string& line : fault.evidence) tip += "\n" + line;
  return escape_markup(tip);
}

void put_band(std::string& out, const Scale& scale, const FaultRecord& fault, std::string_view css,
              double top, double height) {
  const double x = scale.x(fault.started);
  const double end = scale.x(fault.ended.value_or(scale.to));
  put(out,
      "<rect x='{:.1f}' y='{:.1f}' width='{:.1f}' height='{:.1f}' class='{} {}{}'>"
      "<title>{}</title></rect>\n",
      x, top, std::max(1.5, end - x), height, css, family_class(fault.family),
      fault.bit ? "" : " unbitten", fault_tip(fault));
}

void put_axis(std::string& out, const Scale& scale, double top, double bottom) {
  for (const Time tick : axis_ticks(scale.from, scale.to, 12)) {
    const double x = scale.x(tick);
    put(out, "<line x1='{0:.1f}' x2='{0:.1f}' y1='{1:.1f}' y2='{2:.1f}' class='grid'/>\n", x, top,
        bottom);
    put_text(out, x, bottom + 14, "tick middle", fmt::format("{:g} s", in_seconds(tick)));
  }
}

// Names above the bands of a close-up, in two rows, so that neighbours rarely collide.
void put_fault_names(std::string& out, const Scale& scale, const RunRecord& record, double top) {
  int count = 0;
  for (const FaultRecord& fault : record.faults) {
    if (!in_force(fault, scale.from, scale.to)) continue;
    const double x = scale.x(std::max(fault.started, scale.from));
    put_text(out, std::min(x + 2, left + columns * 0.85), top + 11 * (count++ % 2), "note",
             fmt::format("#{} {}", fault.id, fault.kind));
  }
}

// One column of a strip or lane.
struct Bin {
  std::uint32_t ok = 0;
  bool fail = false;
  bool info = false;
};
using Lane = std::vector<Bin>;

class Overview {
 public:
  explicit Overview(const Report& report) : report_(report) {
    scale_.to = Time(std::chrono::milliseconds(1));
    for (const Operation& operation : report.operations) {
      scale_.to = std::max(scale_.to, ended_at(operation));
    }
    if (report.record != nullptr && report.record->ended) {
      scale_.to = std::max(scale_.to, *report.record->ended);
    }
    name_lanes();
    fill();
  }

  std::string draw() {
    put_families();
    y_ += 8;
    const double bands_top = y_;
    std::string body;
    std::swap(body, out_);
    put_throughput();
    put_latency();
    put_clocks();
    for (const std::string& name : names_) put_lane(name);
    std::swap(body, out_);
    // Behind everything: the same bands, pale, so that the eye can follow them down.
    if (report_.record != nullptr) {
      for (const FaultRecord& fault : report_.record->faults) {
        put_band(out_, scale_, fault, "shade", bands_top, y_ - bands_top);
      }
    }
    put_axis(out_, scale_, bands_top, y_);
    out_ += body;
    put_phases(bands_top);
    put_core();
    return fmt::format(
        "<svg viewBox='0 0 {} {:.0f}' role='img' aria-label='the run over time'>\n{}"
        "</svg>\n",
        left + columns + right, y_ + 24, out_);
  }

 private:
  void name_lanes() {
    if (report_.record != nullptr) {
      for (const NodeRecord& node : report_.record->nodes) names_.push_back(node.name);
    }
    std::map<std::pair<std::size_t, std::string>, bool> others;  // n2 before n10
    for (const Operation& operation : report_.operations) {
      if (lanes_.contains(operation.node)) continue;
      lanes_[operation.node].resize(columns);
      others[{operation.node.size(), operation.node}] = true;
    }
    for (const auto& entry : others) {
      const std::string& name = entry.first.second;
      if (std::find(names_.begin(), names_.end(), name) == names_.end()) names_.push_back(name);
    }
  }

  void fill() {
    all_.resize(columns);
    latencies_.resize(columns / 5);
    for (const Operation& operation : report_.operations) {
      Lane& lane = lanes_[operation.node];
      const int column = scale_.column(ended_at(operation));
      for (Bin* bin : {&lane[column], &all_[column]}) {
        bin->ok += operation.outcome == Outcome::ok ? 1 : 0;
        bin->fail |= operation.outcome == Outcome::fail;
      }
      if (operation.outcome == Outcome::ok) {
        latencies_[column / 5].push_back(ended_at(operation) - operation.invoke_time);
      }
      if (operation.outcome == Outcome::info) {
        for (int i = scale_.column(operation.invoke_time); i <= column; ++i) lane[i].info = true;
      }
    }
  }

  void put_families() {
    if (report_.record == nullptr) return;
    std::vector<std::string> families;
    for (const FaultRecord& fault : report_.record->faults) {
      if (std::find(families.begin(), families.end(), fault.family) == families.end()) {
        families.push_back(fault.family);
      }
    }
    std::sort(families.begin(), families.end());
    for (const std::string& family : families) {
      put_text(out_, left - 10, y_ + 12, "label end", family);
      for (const FaultRecord& fault : report_.record->faults) {
        if (fault.family == family) put_band(out_, scale_, fault, "band", y_, band_height - 3);
      }
      y_ += band_height;
    }
  }

  void put_histogram(const Lane& lane, double top, double height, std::string_view css) {
    std::uint32_t most = 1;
    for (const Bin& bin : lane) most = std::max(most, bin.ok);
    std::string path;
    for (int i = 0; i < columns; ++i) {
      if (lane[i].ok == 0) continue;
      put(path, "M{} {:.0f}v-{:.1f}", left + i, top + height, height * lane[i].ok / most);
    }
    put(out_, "<path d='{}' class='{}'/>\n", path, css);
  }

  void put_throughput() {
    // Summed over 10 columns, so that a slow run does not look like a comb.
    Lane smooth(columns);
    std::uint32_t most = 1;
    for (int i = 0; i < columns; i += 10) {
      std::uint32_t sum = 0;
      for (int j = i; j < i + 10; ++j) sum += all_[j].ok;
      most = std::max(most, sum);
      for (int j = i; j < i + 10; ++j) smooth[j].ok = sum;
    }
    put_histogram(smooth, y_, 44, "throughput");
    const double width = in_seconds(scale_.to - scale_.from) / (columns / 10);
    put_text(out_, left - 10, y_ + 14, "label end", "answers");
    put_text(out_, left - 10, y_ + 28, "note end",
             fmt::format("max {:.0f}/s", most / std::max(1e-9, width)));
    y_ += 54;
  }

  // Median and 99th percentile of the answers, on a logarithmic scale from 0.1 ms to 10 s.
  void put_latency() {
    constexpr double height = 44;
    const auto y_of = [&](Duration latency) {
      const double decades = std::log10(std::max(1e-4, in_seconds(latency))) + 4;
      return y_ + height - height * std::clamp(decades / 5, 0.0, 1.0);
    };
    std::string median, tail;
    for (std::size_t i = 0; i < latencies_.size(); ++i) {
      std::vector<Duration>& sample = latencies_[i];
      if (sample.empty()) continue;
      std::sort(sample.begin(), sample.end());
      const double x = left + 5.0 * static_cast<double>(i);
      put(median, "M{} {:.1f}h5", x, y_of(sample[sample.size() / 2]));
      put(tail, "M{} {:.1f}h5", x, y_of(sample[sample.size() * 99 / 100]));
    }
    put(out_, "<path d='{}' class='p99'/>\n<path d='{}' class='p50'/>\n", tail, median);
    put_text(out_, left - 10, y_ + 14, "label end", "latency");
    put_text(out_, left - 10, y_ + 28, "note end", "p50, p99");
    put_text(out_, left + columns + 2, y_ + 5, "note", "10 s");
    put_text(out_, left + columns + 2, y_ + height, "note", "0.1 ms");
    y_ += 56;
  }

  void put_clocks() {
    if (report_.record == nullptr || report_.record->clocks.empty()) return;
    constexpr double height = 44;
    const ClockStrip strip = clock_strip(
        *report_.record, [&](Time time) { return scale_.x(time); }, y_, height);
    out_ += strip.lines;
    put_text(out_, left - 10, y_ + 14, "label end", "clocks");
    put_text(out_, left - 10, y_ + 28, "note end", "ahead, behind");
    put_text(out_, left + columns + 2, y_ + 5, "note", strip.ahead);
    put_text(out_, left + columns + 2, y_ + height, "note", strip.behind);
    y_ += 56;
  }

  void put_lane(const std::string& name) {
    lane_top_[name] = y_;
    const Lane& lane = lanes_[name];
    put(out_, "<line x1='{0}' x2='{1}' y1='{2:.1f}' y2='{2:.1f}' class='rule'/>\n", left,
        left + columns, y_ + 20);
    put_text(out_, left - 10, y_ + 18, "label end", name.empty() ? "(no node)" : name);
    y_ += lane_height;
    if (lane.empty()) return;
    put_histogram(lane, y_ - lane_height, 20, "ok");
    std::string fails, infos;
    for (int i = 0; i < columns; ++i) {
      if (lane[i].fail) put(fails, "M{} {:.0f}v6", left + i, y_ - lane_height + 22);
      if (lane[i].info) put(infos, "M{} {:.0f}v6", left + i, y_ - lane_height + 29);
    }
    put(out_, "<path d='{}' class='fail'/>\n<path d='{}' class='info'/>\n", fails, infos);
  }

  void put_phase(std::string_view name, const std::optional<Time>& at, double top) {
    if (!at) return;
    const double x = scale_.x(*at);
    put(out_,
        "<line x1='{0:.1f}' x2='{0:.1f}' y1='{1:.1f}' y2='{2:.1f}' class='phase'><title>{3}, "
        "{4}</title></line>\n",
        x, top, y_, name, seconds(*at));
  }

  void put_phases(double top) {
    if (report_.record == nullptr) return;
    put_phase("ready", report_.record->ready, top);
    put_phase("main phase over, healing", report_.record->main_ended, top);
    put_phase("first success after healing", report_.record->recovered, top);
  }

  void put_core() {
    for (const Verdict& verdict : report_.verdicts) {
      const auto* evidence = std::get_if<NotLinearizable>(&verdict.evidence);
      if (evidence == nullptr) continue;
      for (const Operation& operation : evidence->core) {
        const auto top = lane_top_.find(operation.node);
        if (top == lane_top_.end()) continue;
        const double x = scale_.x(operation.invoke_time);
        const double end = scale_.x(ended_at(operation));
        put(out_,
            "<rect x='{:.1f}' y='{:.1f}' width='{:.1f}' height='{}' class='core'><title>{}, {} to "
            "{}</title></rect>\n",
            x - 2, top->second - 2, std::max(4.0, end - x + 4), lane_height - 2,
            escape_markup(describe(operation)), seconds(operation.invoke_time),
            seconds(ended_at(operation)));
      }
    }
  }

  const Report& report_;
  Scale scale_;
  std::vector<std::string> names_;
  std::map<std::string, Lane> lanes_;
  std::map<std::string, double> lane_top_;
  Lane all_;
  std::vector<std::vector<Duration>> latencies_;
  std::string out_;
  double y_ = 8;
};

}  // namespace

std::string family_class(const std::string& family) {
  for (const char* known : {"partition", "kill", "pause", "packet", "clock", "power", "disk"}) {
    if (family == known) return family;
  }
  return "other";
}

std::vector<Time> axis_ticks(Time from, Time to, std::size_t most) {
  constexpr std::int64_t mantissas[] = {1, 2, 5};
  std::vector<Time> ticks;
  for (std::int64_t power = 1'000; ticks.empty() && power <= 1'000'000'000'000'000; power *= 10) {
    for (const std::int64_t mantissa : mantissas) {
      const std::int64_t step = power * mantissa;
      if ((to - from).count() / step >= static_cast<std::int64_t>(most)) continue;
      const std::int64_t first = (from.count() + step - 1) / step * step;
      for (std::int64_t at = first; at <= to.count(); at += step) ticks.emplace_back(at);
      break;
    }
  }
  return ticks;
}

std::string overview_chart(const Report& report) {
  return report.operations.empty() ? "" : Overview(report).draw();
}

std::string close_up_chart(const NotLinearizable& evidence, const Anomaly& anomaly,
                           const RunRecord* record) {
  if (evidence.core.empty()) return "";
  std::vector<const Operation*> core;
  for (const Operation& operation : evidence.core) core.push_back(&operation);
  std::sort(core.begin(), core.end(),
            [](const Operation* a, const Operation* b) { return a->invoked_at < b->invoked_at; });
  Scale scale{core.front()->invoke_time, ended_at(*core.front())};
  for (const Operation* operation : core) scale.to = std::max(scale.to, ended_at(*operation));
  const Duration margin =
      std::max<Duration>((scale.to - scale.from) / 8, std::chrono::microseconds(50));
  scale.from -= margin;
  scale.to += margin;

  constexpr double row = 30;
  double y = 30;  // below the names of the faults
  std::string out, bands;
  const double bottom = y + row * static_cast<double>(core.size());
  if (record != nullptr) {
    for (const FaultRecord& fault : record->faults) {
      if (in_force(fault, scale.from, scale.to))
        put_band(bands, scale, fault, "shade", y, bottom - y);
    }
  }
  put_axis(bands, scale, y, bottom);
  if (record != nullptr) put_fault_names(bands, scale, *record, 10);
  for (const Operation* operation : core) {
    const double x = scale.x(operation->invoke_time);
    const bool open = operation->outcome == Outcome::info;
    const bool impossible = anomaly.shape != Shape::unexplained &&
                            operation->invoke_time == anomaly.culprit_from &&
                            operation->node == anomaly.culprit;
    const double end = open ? left + columns : scale.x(ended_at(*operation));
    put(out, "<rect x='{:.1f}' y='{:.1f}' width='{:.1f}' height='16' rx='2' class='bar {}{}'/>\n",
        x, y + 7, std::max(3.0, end - x), to_string(operation->outcome),
        impossible ? " impossible" : "");
    const bool fits_right = end < left + columns * 0.7;
    put_text(out, fits_right ? std::max(end, x + 3) + 6 : x - 6, y + 19,
             fmt::format("value{}{}", fits_right ? "" : " end", impossible ? " impossible" : ""),
             describe_without_key(*operation));
    put_text(out, left - 10, y + 19, "label end",
             fmt::format("p{} {}", operation->process, operation->node));
    y += row;
  }
  return fmt::format(
      "<svg viewBox='0 0 {} {:.0f}' role='img' aria-label='the operations that prove "
      "it'>\n{}{}</svg>\n",
      left + columns + right, y + 24, bands, out);
}

}  // namespace faultrig
