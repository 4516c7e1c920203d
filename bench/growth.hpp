// How a time grows with the length of what is worked on: shared by the benchmarks that print it.
#pragma once

#include <cmath>
#include <vector>

namespace faultrig {

struct GrowthPoint {
  double length;
  double milliseconds;
};

// The power of the length that fits best (1: linear): the slope of the straight line nearest to the
// points, both axes logarithmic.
inline double exponent_of(const std::vector<GrowthPoint>& points) {
  double x = 0, y = 0, xx = 0, xy = 0;
  for (const GrowthPoint& point : points) {
    const double a = std::log(point.length), b = std::log(point.milliseconds);
    x += a;
    y += b;
    xx += a * a;
    xy += a * b;
  }
  const auto n = static_cast<double>(points.size());
  return (n * xy - x * y) / (n * xx - x * x);
}

}  // namespace faultrig
