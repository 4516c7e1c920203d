// Numbers 0, 1, 2 ... for the elements of one object, so that what is known of each is a vector's
// place. Small integers, which is what nearly every workload writes, are looked up in a table and
// not hashed: the whole reads of a set look up many times more elements than there are operations.
// Cost: constant a look-up; memory in proportion to the elements and the limit of the table.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "checkers/history/value.hpp"

namespace faultrig {

class ElementNumbers {
 public:
  static constexpr std::uint32_t none = static_cast<std::uint32_t>(-1);

  // Integers of [0, table_limit) are in the table, which grows up to that size as they come.
  explicit ElementNumbers(std::size_t table_limit) : table_limit_(table_limit) {}

  std::uint32_t number_of(const Value& element) {
    std::uint32_t& number = place_of(element);
    if (number == none) {
      number = static_cast<std::uint32_t>(elements_.size());
      elements_.push_back(element);
    }
    return number;
  }
  const Value& element(std::uint32_t number) const { return elements_[number]; }
  std::size_t size() const { return elements_.size(); }

 private:
  std::uint32_t& place_of(const Value& element) {
    if (!element.is_integer() || element.as_integer() < 0 ||
        static_cast<std::size_t>(element.as_integer()) >= table_limit_) {
      return hashed_.try_emplace(element, none).first->second;
    }
    const auto at = static_cast<std::size_t>(element.as_integer());
    if (at >= table_.size()) {
      table_.resize(std::min(table_limit_, std::max<std::size_t>(64, at * 2 + 1)), none);
    }
    return table_[at];
  }

  std::size_t table_limit_;
  std::vector<std::uint32_t> table_;
  std::unordered_map<Value, std::uint32_t> hashed_;
  std::vector<Value> elements_;
};

}  // namespace faultrig
