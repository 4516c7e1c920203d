#include "checkers/models/collection.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace faultrig {

CollectionModel::CollectionModel(Words words, const Value& initial, bool is_sorted)
    : words_(words) {
  SequenceTable::Sequence content;
  if (initial.is_list()) {
    for (const Value& value : initial.as_list()) content.push_back(values_.number_of(value));
  } else if (!initial.is_nil()) {
    throw ModelMismatch(fmt::format("a {} starts empty (nil) or with a list of values, not with {}",
                                    words.model, initial.to_string()));
  }
  if (is_sorted) std::sort(content.begin(), content.end());
  initial_ = states_.number_of(std::move(content));
}

CollectionModel::Command CollectionModel::compile(const Operation& operation) {
  if (operation.f == words_.insert) return {Kind::insert, values_.number_of(operation.input)};
  if (operation.f != words_.remove) {
    refuse_operation(operation, words_.model,
                     fmt::format("{} and {}", words_.insert, words_.remove));
  }
  if (operation.outcome != Outcome::ok) return {Kind::remove_whatever, 0};
  if (operation.output.is_nil()) return {Kind::saw_empty, 0};
  return {Kind::remove, values_.number_of(operation.output)};
}

std::optional<std::uint32_t> CollectionModel::element(const Command& command) const {
  if (command.kind == Kind::insert || command.kind == Kind::remove) return command.value;
  return std::nullopt;
}

std::string CollectionModel::refusal(ModelState state, const Command& command) const {
  const std::string held = describe(state);
  switch (command.kind) {
    case Kind::remove:
      return fmt::format("{}, the {} returned {}", held, words_.remove,
                         words_for(values_.value_of(command.value)));
    case Kind::saw_empty:
      return fmt::format("{}, the {} found it empty", held, words_.remove);
    case Kind::insert:
    case Kind::remove_whatever:
      break;
  }
  return "it is always possible";
}

std::string CollectionModel::describe(ModelState state) const {
  constexpr std::size_t shown = 8;
  const SequenceTable::Sequence& content = states_.content(state);
  if (content.empty()) return fmt::format("the {} is empty", words_.thing);
  std::string items;
  for (std::size_t i = 0; i < std::min(shown, content.size()); ++i) {
    items += (i == 0 ? "" : ", ") + words_for(values_.value_of(content[i]));
  }
  if (content.size() > shown) items += fmt::format(" and {} more", content.size() - shown);
  return fmt::format("the {} holds {}", words_.thing, items);
}

}  // namespace faultrig
