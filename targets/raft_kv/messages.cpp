#include "targets/raft_kv/messages.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace faultrig::raft_kv {
namespace {

// Collects the fields of one body; one bad field spoils the whole.
class Reader {
 public:
  explicit Reader(const Value& body) : body_(body) {}

  std::int64_t number(std::string_view name) {
    const Value* field = body_.find(name);
    if (field == nullptr || !field->is_integer() || field->as_integer() < 0 ||
        field->as_integer() > largest_number) {
      good_ = false;
      return 0;
    }
    return field->as_integer();
  }
  bool flag(std::string_view name) {
    const Value* field = body_.find(name);
    if (field == nullptr || field->kind() != Value::Kind::boolean) {
      good_ = false;
      return false;
    }
    return field->as_boolean();
  }
  std::string text(std::string_view name) {
    const Value* field = body_.find(name);
    if (field == nullptr || !field->is_string()) {
      good_ = false;
      return "";
    }
    return field->as_string();
  }
  Value map(std::string_view name) {
    const Value* field = body_.find(name);
    if (field == nullptr || !field->is_map()) {
      good_ = false;
      return Value();
    }
    return *field;
  }
  // [[term, command], ...] with terms that never fall and never pass `term`.
  std::vector<Entry> entries(std::string_view name, Term lowest, Term highest) {
    std::vector<Entry> result;
    const Value* field = body_.find(name);
    if (field == nullptr || !field->is_list()) {
      good_ = false;
      return result;
    }
    for (const Value& item : field->as_list()) {
      const bool shaped = item.is_list() && item.as_list().size() == 2 &&
                          item.as_list()[0].is_integer() &&
                          (item.as_list()[1].is_nil() || item.as_list()[1].is_map());
      if (!shaped || item.as_list()[0].as_integer() < std::max<Term>(lowest, 1) ||
          item.as_list()[0].as_integer() > highest) {
        good_ = false;
        return result;
      }
      lowest = item.as_list()[0].as_integer();
      result.push_back({lowest, item.as_list()[1]});
    }
    return result;
  }
  void require(bool condition) { good_ = good_ && condition; }

  template <typename T>
  std::optional<PeerMessage> done(T message) {
    if (!good_) return std::nullopt;
    return PeerMessage(std::move(message));
  }

 private:
  const Value& body_;
  bool good_ = true;
};

Value entries_value(const std::vector<Entry>& entries) {
  Value::List items;
  items.reserve(entries.size());
  for (const Entry& entry : entries) items.push_back(Value::list({entry.term, entry.command}));
  return Value(std::move(items));
}

struct Writer {
  Value operator()(const PreVote& m) const {
    return Value::map({{"type", "pre_vote"},
                       {"term", m.term},
                       {"last_index", m.last_index},
                       {"last_term", m.last_term}});
  }
  Value operator()(const PreVoteReply& m) const {
    return Value::map({{"type", "pre_vote_reply"},
                       {"term", m.term},
                       {"asked_term", m.asked_term},
                       {"granted", m.granted}});
  }
  Value operator()(const RequestVote& m) const {
    return Value::map({{"type", "request_vote"},
                       {"term", m.term},
                       {"last_index", m.last_index},
                       {"last_term", m.last_term}});
  }
  Value operator()(const VoteReply& m) const {
    return Value::map({{"type", "vote_reply"}, {"term", m.term}, {"granted", m.granted}});
  }
  Value operator()(const AppendEntries& m) const {
    return Value::map({{"type", "append_entries"},
                       {"term", m.term},
                       {"prev_index", m.prev_index},
                       {"prev_term", m.prev_term},
                       {"commit", m.commit},
                       {"round", m.round},
                       {"entries", entries_value(m.entries)}});
  }
  Value operator()(const AppendReply& m) const {
    return Value::map({{"type", "append_reply"},
                       {"term", m.term},
                       {"accepted", m.accepted},
                       {"prev_index", m.prev_index},
                       {"index", m.index},
                       {"conflict_term", m.conflict_term},
                       {"round", m.round}});
  }
  Value operator()(const InstallSnapshot& m) const {
    return Value::map({{"type", "install_snapshot"},
                       {"term", m.term},
                       {"last_index", m.last_index},
                       {"last_term", m.last_term},
                       {"round", m.round},
                       {"state", m.state}});
  }
  Value operator()(const Forward& m) const {
    return Value::map(
        {{"type", "forward"}, {"id", m.id}, {"client", m.client}, {"request", m.request}});
  }
  Value operator()(const ForwardReply& m) const {
    return Value::map({{"type", "forward_reply"}, {"id", m.id}, {"reply", m.reply}});
  }
};

std::optional<PeerMessage> read_append(Reader& in) {
  AppendEntries m{in.number("term"),   in.number("prev_index"), in.number("prev_term"),
                  in.number("commit"), in.number("round"),      {}};
  in.require(m.term >= 1 && m.prev_term <= m.term && (m.prev_index > 0 || m.prev_term == 0));
  m.entries = in.entries("entries", m.prev_term, m.term);
  return in.done(std::move(m));
}

std::optional<PeerMessage> read_snapshot(Reader& in) {
  InstallSnapshot m{in.number("term"), in.number("last_index"), in.number("last_term"),
                    in.number("round"), in.map("state")};
  in.require(m.term >= 1 && m.last_index >= 1 && m.last_term >= 1 && m.last_term <= m.term);
  return in.done(std::move(m));
}

}  // namespace

Value to_body(const PeerMessage& message) { return std::visit(Writer{}, message); }

std::optional<PeerMessage> peer_message(const Value& body) {
  const std::string type = body.string_or("type", "");
  Reader in(body);
  if (type == "append_entries") return read_append(in);
  if (type == "append_reply") {
    return in.done(AppendReply{in.number("term"), in.flag("accepted"), in.number("prev_index"),
                               in.number("index"), in.number("conflict_term"), in.number("round")});
  }
  if (type == "pre_vote") {
    return in.done(PreVote{in.number("term"), in.number("last_index"), in.number("last_term")});
  }
  if (type == "pre_vote_reply") {
    return in.done(PreVoteReply{in.number("term"), in.number("asked_term"), in.flag("granted")});
  }
  if (type == "request_vote") {
    return in.done(RequestVote{in.number("term"), in.number("last_index"), in.number("last_term")});
  }
  if (type == "vote_reply") return in.done(VoteReply{in.number("term"), in.flag("granted")});
  if (type == "install_snapshot") return read_snapshot(in);
  if (type == "forward") {
    return in.done(Forward{in.number("id"), in.text("client"), in.map("request")});
  }
  if (type == "forward_reply") return in.done(ForwardReply{in.number("id"), in.map("reply")});
  return std::nullopt;
}

}  // namespace faultrig::raft_kv
