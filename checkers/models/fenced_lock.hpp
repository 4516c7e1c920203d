// A lock that gives a fence token with each acquire, larger than all before, so that what it guards
// can refuse a holder that was thought dead: acquire -> token (nil: no claim), release. The owner
// is the input where there is one, else the process; only the owner can release.
//
// An acquire with unknown outcome may have been given a token: at least the next integer, which is
// what constrains the others least.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "checkers/models/model.hpp"

namespace faultrig {

class FencedLockModel : public AccumulatingModel {
 public:
  enum class Kind : std::uint8_t { acquire, acquire_without_token, acquire_unknown, release };
  struct Command {
    Kind kind;
    std::uint32_t owner;
    std::int64_t token;
    friend bool operator==(const Command&, const Command&) = default;
  };

  // Starts free; `initial` is the last token given, nil for none.
  explicit FencedLockModel(const Value& initial);
  Command compile(const Operation& operation);
  ModelState initial() const { return 0; }
  std::optional<ModelState> step(ModelState state, const Command& command);
  bool is_pure(const Command&) const { return false; }
  std::string refusal(ModelState state, const Command& command) const;
  std::string describe(ModelState state) const;
  std::size_t bytes() const { return owners_.bytes() + states_.size() * 96; }

 private:
  static constexpr std::int64_t nobody = -1;
  struct State {
    std::int64_t owner;  // a number of owners_, or nobody
    std::int64_t last_token;
    friend auto operator<=>(const State&, const State&) = default;
  };
  ModelState number_of(const State& state);

  ValueTable owners_;
  std::map<State, ModelState> numbers_;
  std::vector<State> states_;
};

static_assert(Model<FencedLockModel>);

}  // namespace faultrig
