#include "checkers/causal/session_guarantees.hpp"

#include <algorithm>

#include "checkers/causal/breach_proof.hpp"

namespace faultrig {
namespace {

constexpr std::uint32_t none = CausalHistory::none;

// What a session knows of a slot (a key as one session writes it): operations that show it, the
// latest where there are several; none where it knows nothing.
struct LatestRead {
  std::uint32_t read = none;
  std::uint32_t write = 0;  // that it returned
  void update(std::uint32_t new_read, std::uint32_t new_write) {
    if (read == none || write < new_write) *this = {new_read, new_write};
  }
};

struct SlotKnowledge {
  std::uint32_t knower = none;  // the session whose knowledge this is
  std::uint32_t seen = none;    // a write that I saw or that precedes, in its session, one
  LatestRead by_me;
  LatestRead by_other;     // before a write that I saw, in its session
  LatestRead overwritten;  // of those, by readers that then wrote the key
};

struct KeyKnowledge {
  std::uint32_t knower = none;
  std::uint32_t my_last_write = none;
  std::uint32_t my_last_read = none;  // of a write
};

class GuaranteeJudge {
 public:
  GuaranteeJudge(const CausalHistory& history, std::uint64_t most_steps)
      : history_(history),
        most_steps_(most_steps),
        slots_(history.slots()),
        keys_(history.slots_begin.size() - 1),
        seen_at_(history.size(), none),
        shown_slot_(history.size(), none),
        previous_on_key_(history.size(), none),
        seen_(history.sessions()) {}

  SessionGuarantees judge() {
    link_keys();
    for (session_ = 0; session_ < history_.sessions() && result_.is_complete; ++session_) {
      visit_session();
    }
    for (std::size_t i = 0; i < first_.size(); ++i) {
      if (first_[i].read != none) {
        result_.breaches[i].proof =
            prove_breach(history_, static_cast<SessionGuarantee>(i), first_[i]);
      }
    }
    return std::move(result_);
  }

 private:
  SlotKnowledge& slot(std::uint32_t number) {
    SlotKnowledge& knowledge = slots_[number];
    if (knowledge.knower != session_) knowledge = {session_, none, {}, {}, {}};
    return knowledge;
  }
  KeyKnowledge& key_of(std::uint32_t operation) {
    KeyKnowledge& knowledge = keys_[history_.key_of[operation]];
    if (knowledge.knower != session_) knowledge = {session_};
    return knowledge;
  }
  bool is_mine(std::uint32_t operation) const {
    return operation >= history_.session_begin[session_] &&
           operation < history_.session_begin[session_ + 1];
  }
  std::uint32_t source(std::uint32_t read) const { return history_.source_of[read]; }
  bool is_of_later(std::uint32_t read) const {
    return source(read) > read && history_.session_of[source(read)] == history_.session_of[read];
  }

  void link_keys();
  void visit_session();
  void judge_initial(std::uint32_t read);
  void judge_initial_by_others(std::uint32_t read);
  void judge_read(std::uint32_t read);
  void judge_returns(std::uint32_t read);
  void judge_others(std::uint32_t read);
  void learn(std::uint32_t read);
  void learn_write(std::uint32_t write);
  void breach(SessionGuarantee guarantee, const GuaranteeBreach& breach);

  const CausalHistory& history_;
  std::uint64_t most_steps_;
  SessionGuarantees result_;
  std::array<GuaranteeBreach, 4> first_;
  std::vector<SlotKnowledge> slots_;
  std::vector<KeyKnowledge> keys_;
  std::vector<std::uint32_t> seen_at_;     // of a write: where the session at hand saw it last
  std::vector<std::uint32_t> shown_slot_;  // of an operation: that of what it wrote or returned
  std::vector<std::uint32_t> previous_on_key_;  // of an operation: the one before in its session
  std::vector<std::uint32_t>
      seen_;  // of each session: one past the last write that the one at hand has seen
  std::uint32_t session_ = 0;
};

void GuaranteeJudge::link_keys() {
  std::vector<std::uint32_t> last(history_.slots_begin.size() - 1, none);
  for (std::uint32_t i = 0; i < history_.size(); ++i) {
    std::uint32_t& before = last[history_.key_of[i]];
    if (before != none && history_.session_of[before] == history_.session_of[i]) {
      previous_on_key_[i] = before;
    }
    before = i;
    const std::uint32_t write = source(i);
    if (write < CausalHistory::initial) shown_slot_[i] = history_.slot_of[write];
  }
  result_.steps += history_.size();
}

void GuaranteeJudge::breach(SessionGuarantee guarantee, const GuaranteeBreach& found) {
  const auto index = static_cast<std::size_t>(guarantee);
  ++result_.breaches[index].reads;
  GuaranteeBreach& first = first_[index];
  if (first.read == none || history_.position[found.read] < history_.position[first.read]) {
    first = found;
  }
}

void GuaranteeJudge::visit_session() {
  seen_.assign(history_.session_begin.begin(), history_.session_begin.end() - 1);
  const std::uint32_t end = history_.session_begin[session_ + 1];
  for (std::uint32_t i = history_.session_begin[session_]; i < end; ++i) {
    if (history_.is_write(i)) {
      key_of(i).my_last_write = i;
      seen_at_[i] = i;
    } else if (history_.source_of[i] == CausalHistory::initial) {
      judge_initial(i);
    } else if (history_.is_judged_read(i)) {
      judge_read(i);
    }
  }
  result_.steps += end - history_.session_begin[session_] + history_.sessions();
  result_.is_complete = result_.steps <= most_steps_;
}

void GuaranteeJudge::judge_initial(std::uint32_t read) {
  using enum SessionGuarantee;
  const KeyKnowledge& key = key_of(read);
  if (key.my_last_write != none) {
    breach(read_your_writes, {.read = read, .newer = key.my_last_write});
  }
  if (key.my_last_read != none) {
    breach(monotonic_reads,
           {.read = read, .newer = source(key.my_last_read), .seen_by = key.my_last_read});
  }
  judge_initial_by_others(read);
}

// What others wrote, or read before writing, shows in the slots of the key. Reads of the initial
// value are few, or the keys have few slots.
void GuaranteeJudge::judge_initial_by_others(std::uint32_t read) {
  using enum SessionGuarantee;
  GuaranteeBreach missed_write, missed_read;
  const std::uint32_t key = history_.key_of[read];
  for (std::uint32_t i = history_.slots_begin[key]; i < history_.slots_begin[key + 1]; ++i) {
    const std::uint32_t first = history_.writes[history_.writes_begin[i]];
    const std::uint32_t writer = history_.session_of_slot[i];
    const SlotKnowledge& known = slot(i);
    if (writer != session_ && first + 1 < seen_[writer])
      missed_write = {.read = read, .newer = first};
    if (known.by_other.read != none) {
      missed_read = {
          .read = read, .newer = known.by_other.write, .other_read = known.by_other.read};
    }
  }
  if (missed_write.read != none) breach(monotonic_writes, missed_write);
  if (missed_read.read != none) breach(writes_follow_reads, missed_read);
}

void GuaranteeJudge::judge_read(std::uint32_t read) {
  judge_returns(read);
  judge_others(read);
  learn(read);
}

// Whether the session had seen what it reads, and then something else.
void GuaranteeJudge::judge_returns(std::uint32_t read) {
  using enum SessionGuarantee;
  const KeyKnowledge& key = key_of(read);
  const std::uint32_t before = seen_at_[source(read)];
  const LatestRead& latest = slot(shown_slot_[read]).by_me;
  const bool was_seen = before != none && is_mine(before) && before < read;
  if (was_seen && key.my_last_write != none && key.my_last_write > before) {
    breach(read_your_writes, {.read = read, .newer = key.my_last_write, .older_seen_by = before});
  }
  if (latest.read != none && latest.write > source(read)) {
    breach(monotonic_reads, {.read = read, .newer = latest.write, .seen_by = latest.read});
  } else if (was_seen && key.my_last_read != none && key.my_last_read > before) {
    breach(monotonic_reads, {.read = read,
                             .newer = source(key.my_last_read),
                             .seen_by = key.my_last_read,
                             .older_seen_by = before});
  }
}

// Whether what others did before writing what was seen is missing.
void GuaranteeJudge::judge_others(std::uint32_t read) {
  using enum SessionGuarantee;
  const std::uint32_t returned = source(read);
  const SlotKnowledge& known = slot(shown_slot_[read]);
  if (known.seen != none && known.seen > returned) {
    breach(monotonic_writes, {.read = read, .newer = known.seen});
  }
  const LatestRead &other = known.by_other, &over = known.overwritten;
  if (other.read != none && other.write > returned) {
    breach(writes_follow_reads, {.read = read, .newer = other.write, .other_read = other.read});
  } else if (over.read != none && over.write >= returned) {
    // The overwriting write is looked up only when the breach is proven.
    breach(writes_follow_reads, {.read = read, .newer = none, .other_read = over.read});
  }
}

void GuaranteeJudge::learn(std::uint32_t read) {
  const std::uint32_t write = source(read);
  seen_at_[write] = read;
  key_of(read).my_last_read = read;
  slot(shown_slot_[read]).by_me.update(read, write);
  const std::uint32_t other = history_.session_of[write];
  if (other == session_) return;
  for (std::uint32_t i = seen_[other]; i <= write; ++i) {
    if (history_.is_write(i)) {
      learn_write(i);
    } else if (shown_slot_[i] != none) {
      slot(shown_slot_[i]).by_other.update(i, source(i));
    }
    ++result_.steps;
  }
  seen_[other] = std::max(seen_[other], write + 1);
}

void GuaranteeJudge::learn_write(std::uint32_t write) {
  slot(shown_slot_[write]).seen = write;
  // What its writer had read of the key since its last write of it is overwritten by this one.
  for (std::uint32_t read = previous_on_key_[write]; read != none && !history_.is_write(read);
       read = previous_on_key_[read]) {
    // A read of what its process only writes later is wrong in another way.
    if (shown_slot_[read] == none || is_of_later(read)) continue;
    slot(shown_slot_[read]).overwritten.update(read, source(read));
  }
}

}  // namespace

SessionGuarantees judge_session_guarantees(const CausalHistory& history, std::uint64_t most_steps) {
  return GuaranteeJudge(history, most_steps).judge();
}

}  // namespace faultrig
