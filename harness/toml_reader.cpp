#include "harness/toml_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "checkers/history/json.hpp"

namespace faultrig {
namespace {

// What the library takes for granted about a text and has not checked.
struct Unforeseen {};
[[noreturn]] void refuse_unforeseen() { throw Unforeseen{}; }

}  // namespace
}  // namespace faultrig

// Some malformed texts ("[ =" is one) break assertions of the parser of Debian 12, and where they
// are off it assumes that they hold, which is undefined behaviour. So they stay on in every build,
// as exceptions.
#undef NDEBUG
#define TOML_ASSERT(expression) \
  ((expression) ? static_cast<void>(0) : ::faultrig::refuse_unforeseen())
#include <toml++/toml.h>

namespace faultrig {
namespace {

class Converter {
 public:
  explicit Converter(const std::string& file) : file_(file) {}

  TomlTable table(const toml::table& source, const std::string& path) const {
    TomlTable result;
    result.line = static_cast<int>(source.source().begin.line);
    result.column = static_cast<int>(source.source().begin.column);
    result.options = Options(file_, path, result.line, result.column);
    for (const auto& [key, node] : source) add(result, key, node, path);
    return result;
  }

 private:
  void add(TomlTable& result, const toml::key& key, const toml::node& node,
           const std::string& path) const {
    const std::string name(key.str());
    const std::string full = path.empty() ? name : path + "." + name;
    if (const toml::table* inner = node.as_table()) {
      result.tables.emplace(name, table(*inner, full));
      if (!inner->is_inline()) return;
    }
    if (const toml::array* array = node.as_array(); array && is_list_of_tables(*array)) {
      std::vector<TomlTable>& list = result.lists[name];
      for (const toml::node& item : *array) list.push_back(table(*item.as_table(), full));
      return;
    }
    result.options.set(name, value(node, full), static_cast<int>(key.source().begin.line),
                       static_cast<int>(key.source().begin.column));
  }

  static bool is_list_of_tables(const toml::array& array) {
    return !array.empty() && std::all_of(array.begin(), array.end(),
                                         [](const toml::node& item) { return item.is_table(); });
  }

  Value value(const toml::node& node, const std::string& path) const {
    if (const auto* integer = node.as_integer()) return Value(integer->get());
    if (const auto* real = node.as_floating_point()) return Value(real->get());
    if (const auto* truth = node.as_boolean()) return Value(truth->get());
    if (const auto* text = node.as_string()) return Value(text->get());
    if (const auto* array = node.as_array()) {
      Value::List items;
      for (const toml::node& item : *array) items.push_back(value(item, path));
      return Value(std::move(items));
    }
    if (const auto* inner = node.as_table()) {
      Value::Map fields;
      for (const auto& [key, item] : *inner) {
        fields.emplace_back(std::string(key.str()), value(item, path));
      }
      return Value(std::move(fields));
    }
    throw UsageError(fmt::format("`{}` is a date or time, which has no meaning here", path),
                     "put it in quotes", file_, static_cast<int>(node.source().begin.line),
                     static_cast<int>(node.source().begin.column));
  }

  const std::string& file_;
};

// The parser does not say where it was; the shortest run of lines that upsets it ends there.
int line_of_unforeseen(std::string_view text) {
  int line = 1;
  for (std::size_t end = text.find('\n'); end != text.npos; end = text.find('\n', end + 1)) {
    try {
      static_cast<void>(toml::parse(text.substr(0, end)));
    } catch (const toml::parse_error&) {  // cut off in the middle of a value
    } catch (const Unforeseen&) {
      return line;
    }
    ++line;
  }
  return line;
}

bool is_bare(std::string_view key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

// JSON's strings are TOML's basic strings, but for DEL, which TOML wants escaped.
std::string quoted(std::string_view text) {
  std::string result;
  for (char c : to_json(Value(text))) {
    if (c == '\x7f') {
      result += "\\u007f";
    } else {
      result += c;
    }
  }
  return result;
}

std::string real(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  std::string digits = fmt::format("{}", value);
  if (digits.find_first_of(".e") == std::string::npos) digits += ".0";
  return digits;
}

}  // namespace

const Options& TomlTable::plain() const {
  for (const auto& [name, inner] : tables) {
    if (options.has(name)) continue;  // inline: a value that happens to be a map
    throw inner.options.error(
        "", fmt::format("`{}` takes no table `{}`, only plain values", options.table(), name));
  }
  if (!lists.empty()) {
    const auto& [name, list] = *lists.begin();
    throw list.front().options.error(
        "", fmt::format("`{}` takes no tables `{}`, only plain values", options.table(), name));
  }
  return options;
}

void TomlTable::expect_only_tables(const std::vector<std::string>& known) const {
  const auto refuse = [&](const std::string& name, const TomlTable& inner) {
    if (std::find(known.begin(), known.end(), name) != known.end()) return;
    const std::string nearest = nearest_word(name, known);
    throw inner.options.error("", fmt::format("unknown table `{}`", inner.options.table()),
                              nearest.empty() ? fmt::format("known: {}", fmt::join(known, ", "))
                                              : fmt::format("did you mean `{}`?", nearest));
  };
  for (const auto& [name, inner] : tables) refuse(name, inner);
  for (const auto& [name, list] : lists) refuse(name, list.front());
}

const TomlTable& TomlTable::table(const std::string& name) const {
  static const TomlTable empty;
  if (const auto at = tables.find(name); at != tables.end()) return at->second;
  if (const auto at = lists.find(name); at != lists.end()) {
    throw at->second.front().options.error("", fmt::format("`{}` may be given only once", name),
                                           fmt::format("write [{}]", name));
  }
  if (options.has(name)) {
    throw options.error(name, fmt::format("`{}` must be a table", name),
                        fmt::format("write [{}]", name));
  }
  return empty;
}

const std::vector<TomlTable>& TomlTable::list(const std::string& name) const {
  static const std::vector<TomlTable> empty;
  if (const auto at = lists.find(name); at != lists.end()) return at->second;
  const auto path = options.table().empty() ? name : options.table() + "." + name;
  if (const auto at = tables.find(name); at != tables.end()) {
    throw at->second.options.error("", fmt::format("`{}` must be a list of tables", path),
                                   fmt::format("write [[{}]]", path));
  }
  if (options.has(name)) {
    const Value& value = options.entries().find(name)->second.value;
    if (value.is_list() && value.as_list().empty()) return empty;
    throw options.error(name, fmt::format("`{}` must be a list of tables", path),
                        fmt::format("write [[{}]]", path));
  }
  return empty;
}

TomlTable read_toml(std::string_view text, const std::string& file) {
  try {
    return Converter(file).table(toml::parse(text, std::string_view(file)), "");
  } catch (const toml::parse_error& error) {
    const toml::source_position& place = error.source().begin;
    throw UsageError(std::string(error.description()), "", file,
                     std::max(1, static_cast<int>(place.line)), static_cast<int>(place.column));
  } catch (const Unforeseen&) {
    throw UsageError("this is no TOML", "", file, line_of_unforeseen(text), 1);
  }
}

std::string toml_key(std::string_view key) { return is_bare(key) ? std::string(key) : quoted(key); }

std::string toml_value(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::nil:
      throw UsageError("null cannot be written to a plan: TOML has none", "leave the option out");
    case Value::Kind::boolean:
    case Value::Kind::integer:
      return value.to_string();
    case Value::Kind::real:
      return real(value.as_real());
    case Value::Kind::string:
      return quoted(value.as_string());
    case Value::Kind::list: {
      std::vector<std::string> items;
      for (const Value& item : value.as_list()) items.push_back(toml_value(item));
      return fmt::format("[{}]", fmt::join(items, ", "));
    }
    case Value::Kind::map: {
      std::vector<std::string> fields;
      for (const auto& [key, field] : value.as_map()) {
        fields.push_back(toml_key(key) + " = " + toml_value(field));
      }
      return fields.empty() ? "{}" : fmt::format("{{ {} }}", fmt::join(fields, ", "));
    }
  }
  return "";
}

}  // namespace faultrig
