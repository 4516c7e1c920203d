#include "targets/bank_2pc/storage.hpp"

#include <optional>

#include "harness/node/record_file.hpp"

namespace faultrig::bank_2pc {
namespace {

class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}
  void operator()(const LifeRecord& r) { numbers(r.life, r.clock); }
  void operator()(const BalanceRecord& r) { numbers(r.account, r.balance); }
  void operator()(const MarkRecord& r) { numbers(r.node, r.mark); }
  void operator()(const RequestRecord& r) { text(r.request); }
  void operator()(const PreparedRecord& r) {
    const Prepare& p = r.prepare;
    tx(p.tx);
    number(p.age.clock);
    tx(p.age.first);
    number(p.mark);
    nodes(p.participants);
    text(p.request);
    writes(p.writes);
  }
  void operator()(const OutcomeRecord& r) {
    tx(r.tx);
    number(r.commit ? 1 : 0);
    text(r.request);
    writes(r.writes);
  }
  void operator()(const DecisionRecord& r) {
    tx(r.tx);
    nodes(r.participants);
  }
  void operator()(const EndRecord& r) { tx(r.tx); }

 private:
  // Small numbers of either sign stay small: 0, -1, 1, -2 ... become 0, 1, 2, 3 ...
  void number(std::int64_t value) {
    auto rest = (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
    for (; rest >= 0x80; rest >>= 7) out_ += static_cast<char>(rest | 0x80);
    out_ += static_cast<char>(rest);
  }
  void numbers(std::int64_t a, std::int64_t b) {
    number(a);
    number(b);
  }
  void tx(const TxId& id) { numbers(id.node, id.number); }
  void text(const std::string& value) {
    number(static_cast<std::int64_t>(value.size()));
    out_ += value;
  }
  void nodes(const std::vector<std::int32_t>& list) {
    number(static_cast<std::int64_t>(list.size()));
    for (const std::int32_t node : list) number(node);
  }
  void writes(const std::vector<Write>& list) {
    number(static_cast<std::int64_t>(list.size()));
    for (const Write& write : list) numbers(write.account, write.delta);
  }

  std::string& out_;
};

// Once something is wrong, all is.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  std::optional<Record> record() {
    if (rest_.empty()) return std::nullopt;
    const auto kind = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    std::optional<Record> made = of_kind(kind);
    return good_ && rest_.empty() ? made : std::nullopt;
  }

 private:
  std::optional<Record> of_kind(unsigned char kind) {
    switch (kind) {
      case 0:
        return LifeRecord{number(0, largest_number), number(0, largest_number)};
      case 1:
        return BalanceRecord{number(0, largest_number), number(INT64_MIN, INT64_MAX)};
      case 2:
        return MarkRecord{node(), number(0, largest_number)};
      case 3:
        return RequestRecord{text()};
      case 4:
        return PreparedRecord{Prepare{tx(), Age{number(0, largest_number), tx()},
                                      number(0, largest_number), nodes(), text(), writes()}};
      case 5:
        return OutcomeRecord{tx(), number(0, 1) == 1, text(), writes()};
      case 6:
        return DecisionRecord{tx(), nodes()};
      case 7:
        return EndRecord{tx()};
      default:
        return std::nullopt;
    }
  }

  std::int64_t number(std::int64_t low, std::int64_t high) {
    std::uint64_t folded = 0;
    for (int shift = 0; shift < 64 && good_; shift += 7) {
      good_ = !rest_.empty();
      if (!good_) return low;
      const auto digit = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      folded |= static_cast<std::uint64_t>(digit & 0x7f) << shift;
      if (digit >= 0x80) continue;
      const auto value = static_cast<std::int64_t>((folded >> 1) ^ (~(folded & 1) + 1));
      good_ = value >= low && value <= high;
      return good_ ? value : low;
    }
    good_ = false;  // longer than any number
    return low;
  }
  std::int32_t node() { return static_cast<std::int32_t>(number(0, 1000)); }
  TxId tx() {
    const std::int32_t coordinator = node();
    return {coordinator, number(1, largest_number)};
  }
  // Everything counted takes a byte at least, so a count beyond the bytes there are is a lie.
  std::size_t count() {
    return static_cast<std::size_t>(number(0, static_cast<std::int64_t>(rest_.size())));
  }
  std::string text() {
    const std::size_t size = count();
    if (!good_ || size > rest_.size()) {
      good_ = false;
      return "";
    }
    std::string result(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return result;
  }
  std::vector<std::int32_t> nodes() {
    std::vector<std::int32_t> list;
    for (std::size_t left = count(); left > 0 && good_; --left) list.push_back(node());
    return list;
  }
  std::vector<Write> writes() {
    std::vector<Write> list;
    for (std::size_t left = count(); left > 0 && good_; --left) {
      const Account account = number(0, largest_number);
      list.push_back({account, number(-most_money, most_money)});
    }
    return list;
  }

  std::string_view rest_;
  bool good_ = true;
};

}  // namespace

void append_record(std::string& out, const Record& record) {
  faultrig::append_record(out, [&] {
    out += static_cast<char>(record.index());
    std::visit(Writer(out), record);
  });
}

ReadLog replay(std::string_view bytes, Ledger& ledger) {
  ReadLog read;
  const auto torn = read_records(bytes, [&](std::string_view payload) -> std::string {
    const std::optional<Record> record = Reader(payload).record();
    if (!record) return "a record of no known kind";
    ledger.apply(*record);
    ++read.records;
    return "";
  });
  read.good_bytes = torn ? torn->at : bytes.size();
  if (torn) read.torn = torn->why;
  return read;
}

}  // namespace faultrig::bank_2pc
