#include "targets/dynamo/context.hpp"

#include <algorithm>

#include "harness/node/hashing.hpp"

namespace faultrig::dynamo {
namespace {

bool is_number(const Value& value) {
  return value.is_integer() && value.as_integer() >= 0 && value.as_integer() <= largest_number;
}

}  // namespace

bool Context::covers(const Dot& dot) const {
  return std::any_of(runs_.begin(), runs_.end(), [&](const Run& run) {
    return run.actor == dot.actor && run.first <= dot.counter && dot.counter <= run.last;
  });
}

bool Context::covers(const Context& other) const {
  return std::all_of(other.runs_.begin(), other.runs_.end(), [&](const Run& wanted) {
    return std::any_of(runs_.begin(), runs_.end(), [&](const Run& run) {
      return run.actor == wanted.actor && run.first <= wanted.first && wanted.last <= run.last;
    });
  });
}

void Context::add(const Context& other) {
  for (const Run& run : other.runs_) add_run(run);
}

// Runs that touch or overlap the new one are taken into it.
void Context::add_run(Run run) {
  std::erase_if(runs_, [&](const Run& old) {
    const bool is_apart =
        old.actor != run.actor || old.last + 1 < run.first || run.last + 1 < old.first;
    if (is_apart) return false;
    run.first = std::min(run.first, old.first);
    run.last = std::max(run.last, old.last);
    return true;
  });
  runs_.insert(std::lower_bound(runs_.begin(), runs_.end(), run), run);
}

void Context::cut_to(std::size_t runs) {
  if (runs_.size() <= runs) return;
  runs_.erase(runs_.begin(), runs_.end() - static_cast<std::ptrdiff_t>(runs));
}

std::uint64_t Context::digest() const {
  std::uint64_t hash = runs_.size();
  for (const Run& run : runs_) {
    hash = combine(hash, static_cast<std::uint64_t>(run.actor));
    hash = combine(
        hash, combine(static_cast<std::uint64_t>(run.first), static_cast<std::uint64_t>(run.last)));
  }
  return hash;
}

Value Context::to_value() const {
  Value::List list;
  for (const Run& run : runs_) {
    list.push_back(Value::list({Value(run.actor), Value(run.first), Value(run.last)}));
  }
  return Value(std::move(list));
}

std::optional<Context> Context::from_value(const Value& value) {
  if (!value.is_list()) return std::nullopt;
  Context context;
  for (const Value& item : value.as_list()) {
    if (!item.is_list() || item.as_list().size() != 3) return std::nullopt;
    const Value::List& parts = item.as_list();
    if (!is_number(parts[0]) || !is_number(parts[1]) || !is_number(parts[2])) return std::nullopt;
    const Run run{parts[0].as_integer(), parts[1].as_integer(), parts[2].as_integer()};
    if (run.first < 1 || run.last < run.first) return std::nullopt;
    context.add_run(run);
  }
  return context;
}

}  // namespace faultrig::dynamo
