#include "cli/exit_code.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "checkers/history/history.hpp"
#include "harness/errors.hpp"

namespace faultrig {

ExitCode exit_code_of(Validity validity) {
  switch (validity) {
    case Validity::valid:
      return ExitCode::valid;
    case Validity::unknown:
      return ExitCode::unknown;
    case Validity::invalid:
      return ExitCode::anomaly;
  }
  return ExitCode::internal;
}

ExitCode exit_code_of(Validity validity, const RunRecord& record) {
  if (validity == Validity::invalid) return ExitCode::anomaly;
  if (!record.environment_error.empty()) return ExitCode::environment;
  if (!record.interrupted.empty()) return ExitCode::interrupted;
  return exit_code_of(validity);
}

ExitCode worse(ExitCode a, ExitCode b) {
  // From the best to the worst news.
  static constexpr std::array order = {ExitCode::valid,       ExitCode::nothing_selected,
                                       ExitCode::unknown,     ExitCode::interrupted,
                                       ExitCode::environment, ExitCode::usage,
                                       ExitCode::internal,    ExitCode::anomaly};
  const auto rank = [](ExitCode code) {
    return std::find(order.begin(), order.end(), code) - order.begin();
  };
  return rank(a) < rank(b) ? b : a;
}

int with_exit_codes(const std::function<ExitCode()>& body) {
  const auto fail = [](const char* what, ExitCode code) {
    std::fflush(stdout);
    fmt::print(stderr, "faultrig: {}\n", what);
    return static_cast<int>(code);
  };
  try {
    return static_cast<int>(body());
  } catch (const UsageError& error) {
    return fail(error.what(), ExitCode::usage);
  } catch (const HistoryError& error) {
    return fail(error.what(), ExitCode::usage);
  } catch (const EnvironmentError& error) {
    return fail(error.what(), ExitCode::environment);
  } catch (const std::bad_alloc&) {
    return fail("out of memory; give --check-limit a smaller bound, like 60s,1GiB",
                ExitCode::environment);
  } catch (const std::exception& error) {
    return fail(fmt::format("internal error: {}; please report it with the command that led here",
                            error.what())
                    .c_str(),
                ExitCode::internal);
  }
}

}  // namespace faultrig
