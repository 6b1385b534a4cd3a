#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "guarded.h"

namespace larder::pypi {

/// Values made from a project's records, kept while they are true: the least recently used go
/// when the sum of their costs passes the capacity. Thread-safe; no call blocks for long.
///
/// A value carries the version of the record it was made from, and the journal version at which
/// that was last seen to be current. While the journal stands there, nothing need be read.
template <class Value>
class ValidatedCache {
 public:
  using JournalVersion = std::optional<std::uint64_t>;  ///< Nothing: not known.

  struct Found {
    Value value;
    std::uint64_t version = 0;
  };

  explicit ValidatedCache(std::size_t capacity) : capacity_(capacity) {}

  /// The value, when it is known to be true at journal version `now`.
  std::optional<Found> current(std::string_view key, JournalVersion now) {
    if (!now) return std::nullopt;
    auto state = state_.lock();
    const Entry* entry = state->touch(key);
    if (entry == nullptr || entry->validatedAt != now) return std::nullopt;
    return Found{entry->value, entry->version};
  }

  /// The value, when it was made from record version `version`; `now` is remembered as a journal
  /// version at which it is true.
  std::optional<Value> confirm(std::string_view key, std::uint64_t version, JournalVersion now) {
    auto state = state_.lock();
    Entry* entry = state->touch(key);
    if (entry == nullptr || entry->version != version) return std::nullopt;
    entry->validatedAt = now;
    return entry->value;
  }

  void put(std::string key, Value value, std::size_t cost, std::uint64_t version,
           JournalVersion now) {
    cost += key.size() + kOverhead;
    auto state = state_.lock();
    if (state->touch(key) != nullptr) state->erase(state->entries.begin());
    if (cost > capacity_) return;
    state->insert({std::move(key), std::move(value), cost, version, now});
    while (state->used > capacity_) state->erase(std::prev(state->entries.end()));
  }

  std::size_t size() { return state_.lock()->entries.size(); }

 private:
  static constexpr std::size_t kOverhead = 256;

  struct Entry {
    std::string key;
    Value value;
    std::size_t cost = 0;
    std::uint64_t version = 0;
    JournalVersion validatedAt;
  };
  using Position = typename std::list<Entry>::iterator;

  struct State {
    std::list<Entry> entries;                              // The most recently used first.
    std::unordered_map<std::string_view, Position> index;  // Views of Entry::key.
    std::size_t used = 0;

    // Finds an entry and makes it the first.
    Entry* touch(std::string_view key) {
      const auto found = index.find(key);
      if (found == index.end()) return nullptr;
      entries.splice(entries.begin(), entries, found->second);
      return &entries.front();
    }

    void insert(Entry entry) {
      entries.push_front(std::move(entry));
      index.emplace(entries.front().key, entries.begin());
      used += entries.front().cost;
    }

    void erase(Position entry) {
      index.erase(entry->key);
      used -= entry->cost;
      entries.erase(entry);
    }
  };

  const std::size_t capacity_;
  common::Guarded<State> state_;
};

}  // namespace larder::pypi
