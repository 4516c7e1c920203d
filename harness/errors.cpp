#include "harness/errors.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>

namespace faultrig {
namespace {

std::string place(const std::string& file, int line, int column) {
  if (file.empty()) return "";
  if (line == 0) return file + ": ";
  return fmt::format("{}:{}:{}: ", file, line, column);
}

std::string with_hint(const std::string& hint) { return hint.empty() ? "" : "; " + hint; }

// Letters added, left out or replaced, and neighbours swapped: what fingers do (optimal string
// alignment, Damerau 1964).
std::size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<std::vector<std::size_t>> best(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        best[i][j] = i + j;
        continue;
      }
      const std::size_t replaced = best[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      best[i][j] = std::min({best[i - 1][j] + 1, best[i][j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        best[i][j] = std::min(best[i][j], best[i - 2][j - 2] + 1);
      }
    }
  }
  return best[a.size()][b.size()];
}

}  // namespace

UsageError::UsageError(std::string what_text, std::string hint_text, std::string file_name,
                       int line_number, int column_number)
    : std::runtime_error(place(file_name, line_number, column_number) + what_text +
                         with_hint(hint_text)),
      message(std::move(what_text)),
      hint(std::move(hint_text)),
      file(std::move(file_name)),
      line(line_number),
      column(column_number) {}

EnvironmentError::EnvironmentError(std::string action_text, std::string object_name,
                                   int error_number, std::string hint_text)
    : std::runtime_error(
          fmt::format("{} {}{}{}", action_text, object_name,
                      error_number == 0 ? "" : std::string(": ") + std::strerror(error_number),
                      with_hint(hint_text))),
      action(std::move(action_text)),
      object(std::move(object_name)),
      error(error_number),
      hint(std::move(hint_text)) {}

std::string nearest_word(const std::string& word, const std::vector<std::string>& known) {
  std::string best;
  // Near enough: a third of the letters wrong, and always one slip.
  std::size_t best_distance = std::max<std::size_t>(2, word.size() / 3 + 1);
  for (const std::string& candidate : known) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

std::string did_you_mean(const std::string& word, const std::vector<std::string>& known,
                         const std::string& otherwise) {
  const std::string nearest = nearest_word(word, known);
  if (!nearest.empty()) return fmt::format("did you mean `{}`?", nearest);
  return otherwise.empty() ? fmt::format("known: {}", fmt::join(known, ", ")) : otherwise;
}

}  // namespace faultrig
