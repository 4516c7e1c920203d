// The configurations a search has been in, so that it enters none twice (the memoisation of Lowe
// 2017, "Testing for linearizability", section 4). Exact: whole configurations are kept, not
// hashes of them, so a collision cannot turn into a wrong verdict.
//
// Open addressing over flat words of one fixed length; the first word of a configuration is never
// 0. Cost: words * 8 bytes / load a configuration, load between 0.35 and 0.7.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace faultrig {

class ConfigurationSet {
 public:
  enum class Insertion { added, known, full };

  // `byte_limit` bounds the table at its largest, the moment of growing included.
  ConfigurationSet(std::size_t words, std::size_t byte_limit);
  // words.size() as constructed, words[0] != 0. `full`: the limit does not allow another.
  Insertion insert(std::span<const std::uint64_t> words);
  std::size_t size() const { return size_; }
  std::size_t peak_bytes() const { return peak_bytes_; }

 private:
  std::size_t place_of(const std::uint64_t* words) const;
  bool grow();

  std::size_t words_;
  std::size_t byte_limit_;
  std::size_t capacity_;  // a power of two
  std::size_t size_ = 0;
  std::size_t peak_bytes_ = 0;
  std::vector<std::uint64_t> table_;
};

}  // namespace faultrig
