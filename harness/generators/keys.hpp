// Workloads over many independent keys, so that each key's history stays short enough to judge: one
// key after another, a key a group of workers, or a handful of live keys that everybody shares.
// The operations of a key's generator get that key. After Jepsen's independent/*-generator.
#pragma once

#include <cstdint>
#include <functional>

#include "harness/generator.hpp"

namespace faultrig {

// Key number 0, 1, 2 ...; nothing when there are no more. Must be a function of the number alone.
using KeySource = std::function<std::optional<Value>(std::int64_t number)>;
// A fresh generator for one key.
using GeneratorForKey = std::function<GeneratorPtr(const Value& key)>;

// 0, 1, 2 ... as integers, `count` of them; without end by default.
KeySource integer_keys(std::int64_t count = -1);

// One key at a time: the next when the generator of the one before has ended. A key's generator
// sees the events of its key.
GeneratorPtr sequential_generator(KeySource keys, GeneratorForKey for_key);

// Groups of `group` client workers, each group on a key of its own, the next fresh key when its
// generator has ended; ends when keys and groups have. A key's generator sees only its group's
// workers and events. The nemesis takes no part. Throws UsageError when the number of client
// workers is no multiple of `group`.
GeneratorPtr concurrent_generator(int group, KeySource keys, GeneratorForKey for_key);

// `live` keys at a time; every operation goes to one drawn at random (one that is pending is passed
// over). A key is retired after `operations` operations, or when its generator has ended, and a
// fresh one takes its place. So a long partition sees a key from both sides, and histories stay
// short.
struct KeyRotation {
  std::size_t live = 5;           // at least 1
  std::int64_t operations = 100;  // on one key, at least 1
};
GeneratorPtr rotating_keys(KeyRotation rotation, KeySource keys, GeneratorForKey for_key);

}  // namespace faultrig
