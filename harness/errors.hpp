// The two exceptions that end a run. Neither ever stands for what the tested system did: that is
// data (an Outcome, a NodeStatus, a FaultRecord).
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

namespace faultrig {

// What the user asked for cannot be understood or done: exit 254.
// what() is "plan.toml:7:3: unknown key `durration_s`; did you mean `duration_s`?"
struct UsageError : std::runtime_error {
  UsageError(std::string what_text, std::string hint_text = "", std::string file_name = "",
             int line_number = 0, int column_number = 0);
  std::string message;  // without place and hint
  std::string hint;     // what to do; may be empty
  std::string file;     // empty when it came from the command line
  int line;             // from 1; 0 when there is none
  int column;
};

// The machine did not do what we needed: exit 3.
// what() is "cannot open /dev/net/tun for node n1: Permission denied; <hint>"
struct EnvironmentError : std::runtime_error {
  EnvironmentError(std::string action_text, std::string object_name, int error_number,
                   std::string hint_text = "");
  std::string action;  // "cannot open"
  std::string object;  // what it was done to, the node included
  int error;           // errno; 0 when none applies
  std::string hint;    // what to do; may be empty
};

// The known word nearest to `word` by edit distance; empty when none is near enough to be meant.
std::string nearest_word(const std::string& word, const std::vector<std::string>& known);
// A hint for an unknown word: "did you mean `x`?", else `otherwise`, else what is known.
std::string did_you_mean(const std::string& word, const std::vector<std::string>& known,
                         const std::string& otherwise = "");

}  // namespace faultrig
