#include "targets/bank_2pc/transaction.hpp"

#include <fmt/format.h>

namespace faultrig::bank_2pc {

std::string to_text(const TxId& id) {
  return fmt::format("n{}-{}.{}", id.node + 1, id.number >> 32, id.number & 0xffffffff);
}

std::string_view to_string(Answer answer) {
  switch (answer) {
    case Answer::yes:
      return "yes";
    case Answer::conflict:
      return "conflict";
    case Answer::insufficient:
      return "insufficient";
    case Answer::overflow:
      return "overflow";
    case Answer::repeated:
      return "repeated";
    case Answer::in_progress:
      return "in-progress";
    case Answer::refused:
      return "refused";
  }
  return "?";
}

}  // namespace faultrig::bank_2pc
