// The wall clocks of the nodes over the run, as one strip of the overview: how far each was from
// the true time. The scale is linear up to a millisecond and logarithmic beyond, since clocks are
// wrong by milliseconds or by hours. Cost: linear in the readings.
#pragma once

#include <functional>
#include <string>

#include "harness/run_record.hpp"

namespace faultrig {

struct ClockStrip {
  std::string lines;          // SVG: one path a node, named by its title
  std::string ahead, behind;  // the largest offset each way, "3600 s"; empty: none was
};

// Between `top` and `top` + `height`; `x_of` places an instant. Empty lines without readings.
ClockStrip clock_strip(const RunRecord& record, const std::function<double(Time)>& x_of, double top,
                       double height);

}  // namespace faultrig
