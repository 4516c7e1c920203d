#include "checkers/verdict.hpp"

namespace faultrig {

std::string_view to_string(Validity validity) {
  switch (validity) {
    case Validity::valid:
      return "valid";
    case Validity::unknown:
      return "unknown";
    case Validity::invalid:
      return "invalid";
  }
  return "?";
}

}  // namespace faultrig
