// Histories of other tools: what each reader makes of them, and what it refuses.
#include <gtest/gtest.h>

#include "checkers/history/any_history.hpp"
#include "checkers/history/edn.hpp"

namespace faultrig {
namespace {

std::string refusal_of(std::string_view text, std::optional<HistoryFormat> format = std::nullopt) {
  try {
    read_any_history(text, "h", format);
  } catch (const HistoryError& error) {
    return error.what();
  }
  return "";
}

std::vector<std::string> described(const AnyHistory& read) {
  std::vector<std::string> lines;
  for (const Operation& operation : read.history.operations()) {
    lines.push_back(describe(operation));
  }
  return lines;
}

using Lines = std::vector<std::string>;

TEST(Edn, reads_every_kind_of_form) {
  EXPECT_EQ(
      parse_edn("[nil true false 1 -2 +3 4N 2.5 1/2 :ok \"a\\n\\u0041\" \\c \\newline sym]"),
      Value::list({Value(), true, false, 1, -2, 3, 4, 2.5, 0.5, "ok", "a\nA", "c", "\n", "sym"}));
  EXPECT_EQ(parse_edn("{:a 1, 2 #{3}} ; comment"), Value::map({{"a", 1}, {"2", Value::list({3})}}));
  EXPECT_EQ(parse_edn("#inst \"2026\""), Value("2026"));
  EXPECT_EQ(parse_edn("#jepsen.history.Op{:index #_ 7 1}"), Value::map({{"index", 1}}));
}

TEST(Edn, refuses_what_is_none_and_says_where) {
  for (const std::string_view text :
       {"]", "{:a}", "1 2", "\"open", "[1", "\\", "#", ":", "12x", "", "{:a #_}", "\x01\x02"}) {
    EXPECT_THROW(parse_edn(text), EdnError) << text;
  }
  EXPECT_THROW(parse_edn(std::string(100'000, '[')), EdnError);
  EXPECT_THROW(parse_edn(std::string(100'000, '#')), EdnError);
  std::string discards;
  for (int i = 0; i < 100'000; ++i) discards += "#_";
  EXPECT_THROW(parse_edn(discards), EdnError);
  try {
    parse_edn("[1\n2\n}");
    FAIL();
  } catch (const EdnError& error) {
    EXPECT_EQ(error.line, 3);
    EXPECT_FALSE(error.is_cut_off);
  }
}

TEST(ForeignHistory, jepsen_edn_as_a_vector_or_a_line_each) {
  const std::string events =
      "{:type :invoke, :f :cas, :value [1 2], :process 0, :index 0}\n"
      "{:type :info, :f :start, :process :nemesis, :index 1}\n"
      "{:type :invoke, :f :read, :value nil, :process 1, :index 2}\n"
      "{:type :ok, :f :read, :value 2, :process 1, :index 3}\n"
      "{:type :info, :f :cas, :value [1 2], :process 0, :index 4, :error :timeout}\n"
      "{:type :invoke, :f :write, :value 5, :process 0, :index 5}\n";
  const Lines expected = {"cas 1 -> 2 (unknown)", "read -> 2", "write 5 (unknown)"};
  for (const std::string& text : {events, "[" + events + "]", "(" + events + ")"}) {
    const AnyHistory read = read_any_history(text, "h");
    EXPECT_EQ(read.format, HistoryFormat::edn);
    EXPECT_EQ(described(read), expected) << text;
    // After its unknown outcome the process goes on as another.
    EXPECT_NE(read.history.operations()[0].process, read.history.operations()[2].process);
  }
}

TEST(ForeignHistory, keys_are_found_in_tuples_only_where_all_have_them) {
  const std::string keyed =
      "{:type :invoke, :f :cas, :value [7 [1 2]], :process 0}\n"
      "{:type :fail, :f :cas, :value [7 [1 2]], :process 0}\n"
      "{:type :invoke, :f :read, :value [7 nil], :process 0}\n"
      "{:type :ok, :f :read, :value [7 3], :process 0}\n";
  EXPECT_EQ(described(read_any_history(keyed, "h")),
            (Lines{"[7] cas 1 -> 2 (failed)", "[7] read -> 3"}));
  const std::string plain = "{:type :invoke, :f :cas, :value [1 2], :process 0}";
  EXPECT_FALSE(read_any_history(plain, "h").history.operations()[0].key);
  EXPECT_EQ(read_any_history(plain, "h", std::nullopt, Keyed::yes).history.operations()[0].key,
            Value(1));
}

TEST(ForeignHistory, json_in_an_array_or_a_map_each) {
  const std::string events = R"({"type":"invoke","f":"write","value":1,"process":0},)"
                             R"({"type":"ok","f":"write","value":1,"process":0})";
  for (const std::string& text : {events, "[" + events + "]"}) {
    const AnyHistory read = read_any_history(text, "h");
    EXPECT_EQ(read.format, HistoryFormat::json);
    EXPECT_EQ(described(read), Lines{"write 1"});
  }
}

TEST(ForeignHistory, etcd_log_says_what_a_failed_cas_saw) {
  const AnyHistory read = read_any_history(
      "INFO  jepsen.util - 0\t:invoke\t:cas\t[2 4]\n"
      "INFO  jepsen.util - 0\t:fail\t:cas\t[2 4]\n"
      "INFO  jepsen.util - 1\t:invoke\t:write\t3\n"
      "INFO  jepsen.util - 1\t:info\t:write\t:timed-out\n"
      "INFO  jepsen.util - :nemesis\t:info\t:start\tnil\n"
      "INFO  jepsen.util - 2\t:invoke\t:read\tnil\n"
      "INFO  jepsen.util - 2\t:fail\t:read\t:timed-out\n",
      "h");
  EXPECT_EQ(read.format, HistoryFormat::etcd_log);
  EXPECT_EQ(read.model, "cas-register");
  ASSERT_EQ(read.history.operations().size(), 3U);
  EXPECT_EQ(read.history.operations()[0].outcome, Outcome::ok);
  EXPECT_EQ(read.history.operations()[0].output, Value(false));
  EXPECT_EQ(read.history.operations()[1].outcome, Outcome::info);
  EXPECT_EQ(read.history.operations()[2].outcome, Outcome::fail);
}

TEST(ForeignHistory, limo_log_names_its_model) {
  const AnyHistory read = read_any_history(
      "# @object atomic-queue\n[1] call enq(5)\n[1] return\n[2] call deq\n[2] return 5\n"
      "[2] call deq\n[2] return empty\n",
      "h");
  EXPECT_EQ(read.format, HistoryFormat::limo);
  EXPECT_EQ(read.model, "atomic-queue");
  EXPECT_EQ(described(read), (Lines{"enqueue 5", "dequeue -> 5", "dequeue"}));
}

TEST(ForeignHistory, what_breaks_the_contract_is_refused_with_line_and_rule) {
  const std::string invoke = "{:type :invoke, :f :read, :process 0}\n";
  const std::string ok = "{:type :ok, :f :read, :process 0}\n";
  EXPECT_NE(refusal_of(invoke + invoke).find("h:2:"), std::string::npos)
      << refusal_of(invoke + invoke);
  EXPECT_NE(refusal_of(ok).find("h:1:"), std::string::npos);
  EXPECT_NE(refusal_of("{:type :invoke, :f :r, :process 0, :index 3}\n"
                       "{:type :ok, :f :r, :process 0, :index 3}")
                .find("h:2: index 3 after index 3"),
            std::string::npos);
  EXPECT_NE(refusal_of("{:type :invoke, :f :r, :process 0, :time 9000000000}\n"
                       "{:type :ok, :f :r, :process 0, :time 1}")
                .find("time goes back"),
            std::string::npos);
  EXPECT_NE(refusal_of("{:type :never, :f :r, :process 0}").find("invoke, ok, fail or info"),
            std::string::npos);
  EXPECT_NE(refusal_of("[1] call enq(5)\n[1] dance\n").find("h:2:"), std::string::npos);
  EXPECT_NE(refusal_of("INFO  jepsen.util - 0\t:invoke\nx\n").find("h:1:"), std::string::npos);
  EXPECT_NE(refusal_of("{this is nothing\n").find("h:1:"), std::string::npos);
  EXPECT_NE(refusal_of("{\"this\": \"is\n").find("h:1:"), std::string::npos);
  EXPECT_TRUE(read_any_history("", "h").history.empty());
  EXPECT_NE(refusal_of(std::string_view("\x7f"
                                        "ELF\0\0",
                                        6))
                .find("--format"),
            std::string::npos);
}

TEST(ForeignHistory, a_cut_off_end_costs_only_itself) {
  for (const std::string_view text :
       {"[{:type :invoke, :f :read, :process 0} {:type :ok, :f :re",
        R"([{"type":"invoke","f":"read","process":0},{"type":"ok","f)",
        "INFO  jepsen.util - 0\t:invoke\t:read\tnil\nINFO  jeps", "[1] call deq\n[1] ret"}) {
    const AnyHistory read = read_any_history(text, "h");
    ASSERT_EQ(read.history.operations().size(), 1U) << text;
    EXPECT_EQ(read.history.operations()[0].outcome, Outcome::info) << text;
    EXPECT_EQ(read.warnings.size(), 1U) << text;
  }
}

TEST(ForeignHistory, a_time_that_goes_back_a_little_is_warned_of) {
  const AnyHistory read = read_any_history(
      "{:type :invoke, :f :read, :process 0, :time 100}\n"
      "{:type :ok, :f :read, :value 1, :process 0, :time 99}\n",
      "h");
  EXPECT_EQ(described(read), Lines{"read -> 1"});
  EXPECT_EQ(read.warnings.size(), 1U);
}

}  // namespace
}  // namespace faultrig
