// A history of any tool: the format is found by looking at the content, never at the file's name.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checkers/history/foreign_events.hpp"
#include "checkers/history/history.hpp"

namespace faultrig {

enum class HistoryFormat {
  jsonl,     // ours (jsonl.hpp)
  json,      // maps with Jepsen's words, in an array or one after the other
  edn,       // the same in EDN: Jepsen's history.edn, Knossos, Porcupine's kv histories
  etcd_log,  // log_readers.hpp
  limo,      // log_readers.hpp
  drawing,   // timeline.hpp
};

// "jsonl" ... as `--format` takes them. Nothing for an unknown word.
std::optional<HistoryFormat> history_format_from(std::string_view word);
// All of them: "jsonl, json, edn, etcd-log, limo, drawing".
std::string history_format_names();

struct AnyHistory {
  HistoryFormat format;
  History history;
  std::vector<std::string> warnings;
  std::string model;                           // where the text names it
  std::string checker;                         // of a drawing: "linearizable", "set-full" ...
  std::map<std::string, std::string> options;  // of a drawing: model, initial ...
};

// What the text looks like; nothing when like none of them.
std::optional<HistoryFormat> recognise_format(std::string_view text);

// Throws HistoryError: line 1 when the format is not recognised.
AnyHistory read_any_history(std::string_view text, const std::string& source,
                            std::optional<HistoryFormat> format = std::nullopt,
                            Keyed keyed = Keyed::find_out);

}  // namespace faultrig
