#include "checkers/history/event.hpp"

namespace faultrig {

std::string_view to_string(EventType type) {
  switch (type) {
    case EventType::invoke:
      return "invoke";
    case EventType::ok:
      return "ok";
    case EventType::fail:
      return "fail";
    case EventType::info:
      return "info";
  }
  return "?";
}

std::optional<EventType> event_type_from(std::string_view word) {
  for (EventType type : {EventType::invoke, EventType::ok, EventType::fail, EventType::info}) {
    if (to_string(type) == word) return type;
  }
  return std::nullopt;
}

}  // namespace faultrig
