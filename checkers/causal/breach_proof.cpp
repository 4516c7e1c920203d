#include "checkers/causal/breach_proof.hpp"

#include <utility>

namespace faultrig {
namespace {

constexpr std::uint32_t none = CausalHistory::none;
using Links = std::vector<CausalLink>;

std::string_view name_of(SessionGuarantee guarantee) {
  switch (guarantee) {
    case SessionGuarantee::read_your_writes:
      return "read your writes";
    case SessionGuarantee::monotonic_reads:
      return "monotonic reads";
    case SessionGuarantee::monotonic_writes:
      return "monotonic writes";
    case SessionGuarantee::writes_follow_reads:
      return "writes follow reads";
  }
  return "";
}

class BreachProver {
 public:
  BreachProver(const CausalHistory& history, const GuaranteeBreach& breach)
      : history_(history), breach_(breach) {}

  CausalProof prove(SessionGuarantee guarantee) {
    proof_.pattern = name_of(guarantee);
    if (breach_.newer == none) breach_.newer = overwriter_of(breach_.other_read);
    const Links seen = from_newer_to_read(guarantee);
    if (history_.source_of[breach_.read] == CausalHistory::initial) {
      proof_.cycle = add_links(proof_, seen);
      close({breach_.read, breach_.newer, LinkReason::initial_value});
      return std::move(proof_);
    }
    prove_older();
    CausalLink back{breach_.newer, history_.source_of[breach_.read], LinkReason::conflict_order,
                    breach_.read};
    back.premise = add_links(proof_, seen);
    close(std::move(back));
    return std::move(proof_);
  }

 private:
  // One process, one after the other; nothing where they are the same operation.
  static void then(Links& links, std::uint32_t from, std::uint32_t to) {
    if (from != to) links.push_back({from, to, LinkReason::session_order});
  }
  static void returned(Links& links, std::uint32_t write, std::uint32_t read) {
    links.push_back({write, read, LinkReason::reads_from});
  }
  void close(CausalLink link) {
    const auto places = add_links(proof_, {std::move(link)});
    proof_.cycle.insert(proof_.cycle.end(), places.begin(), places.end());
  }

  Links from_newer_to_read(SessionGuarantee guarantee) const;
  void prove_older();
  std::uint32_t overwriter_of(std::uint32_t read) const;
  std::uint32_t first_read_of(std::uint32_t session, std::uint32_t from) const;

  const CausalHistory& history_;
  GuaranteeBreach breach_;
  CausalProof proof_;
};

// The first write of the key that the reader itself made after it.
std::uint32_t BreachProver::overwriter_of(std::uint32_t read) const {
  std::uint32_t write = read + 1;
  while (!history_.is_write(write) || history_.key_of[write] != history_.key_of[read]) ++write;
  return write;
}

// The first read of the broken read's process that returned something of `session` from `from` on.
std::uint32_t BreachProver::first_read_of(std::uint32_t session, std::uint32_t from) const {
  std::uint32_t read = history_.session_begin[history_.session_of[breach_.read]];
  const auto is_it = [&] {
    const std::uint32_t source = history_.source_of[read];
    return source != read && source < CausalHistory::initial && source >= from &&
           history_.session_of[source] == session;
  };
  while (!is_it()) ++read;
  return read;
}

// Why the process of the read should have known the newer write.
Links BreachProver::from_newer_to_read(SessionGuarantee guarantee) const {
  Links links;
  switch (guarantee) {
    case SessionGuarantee::read_your_writes:
      then(links, breach_.newer, breach_.read);
      return links;
    case SessionGuarantee::monotonic_reads:
      returned(links, breach_.newer, breach_.seen_by);
      then(links, breach_.seen_by, breach_.read);
      return links;
    case SessionGuarantee::monotonic_writes:
    case SessionGuarantee::writes_follow_reads:
      break;
  }
  // What another process did or saw, and what it wrote then, which this process has read.
  std::uint32_t at = breach_.newer;
  const bool saw_it = breach_.other_read != none && history_.source_of[breach_.other_read] == at;
  if (saw_it) {
    returned(links, at, breach_.other_read);
    at = breach_.other_read;
  }
  // To miss a write altogether says something of its writer's order only where a later one was
  // seen.
  const bool later = guarantee == SessionGuarantee::monotonic_writes &&
                     history_.source_of[breach_.read] == CausalHistory::initial;
  const std::uint32_t seen_by = first_read_of(history_.session_of[at], later ? at + 1 : at);
  then(links, at, history_.source_of[seen_by]);
  returned(links, history_.source_of[seen_by], seen_by);
  then(links, seen_by, breach_.read);
  return links;
}

// Why what was read is older than the newer write: the first part of the cycle.
void BreachProver::prove_older() {
  const std::uint32_t older = history_.source_of[breach_.read];
  Links links;
  const std::uint32_t seen = breach_.older_seen_by;
  if (breach_.seen_by != none && seen != none) {
    // Seen one after the other by the process itself, whoever wrote them.
    Links premise;
    if (seen != older) returned(premise, older, seen);
    then(premise, seen, breach_.seen_by);
    CausalLink link{older, breach_.newer, LinkReason::conflict_order, breach_.seen_by};
    link.premise = add_links(proof_, std::move(premise));
    close(std::move(link));
    return;
  }
  if (seen != none && seen != older) {
    returned(links, older, seen);
    then(links, seen, breach_.newer);
  } else if (breach_.other_read != none &&
             history_.source_of[breach_.other_read] != breach_.newer) {
    // Its overwriter had read it, or something later of the same writer.
    then(links, older, history_.source_of[breach_.other_read]);
    returned(links, history_.source_of[breach_.other_read], breach_.other_read);
    then(links, breach_.other_read, breach_.newer);
  } else {
    then(links, older, breach_.newer);
  }
  proof_.cycle = add_links(proof_, std::move(links));
}

}  // namespace

CausalProof prove_breach(const CausalHistory& history, SessionGuarantee guarantee,
                         const GuaranteeBreach& breach) {
  return BreachProver(history, breach).prove(guarantee);
}

}  // namespace faultrig
