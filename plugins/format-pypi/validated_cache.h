#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace larder::pypi {

/// Values made from a project's records, kept while they are true: the least recently used go
/// when the sum of their costs passes the capacity. Thread-safe; no call blocks for long.
///
/// A value carries the version of the record it was made from, and the journal version at which
/// that was last seen to be current. While the journal stands there, nothing need be read.
template <class Value>
class ValidatedCache {
 public:
  struct Found {
    Value value;
    std::uint64_t version = 0;
  };

  explicit ValidatedCache(std::size_t capacity) : capacity_(capacity) {}

  /// The value, when it is known to be true at journal version `now`.
  std::optional<Found> current(std::string_view key, std::optional<std::uint64_t> now) {
    if (!now) return std::nullopt;
    const std::lock_guard lock(mutex_);
    const auto entry = touch(key);
    if (entry == entries_.end() || entry->validatedAt != now) return std::nullopt;
    return Found{entry->value, entry->version};
  }

  /// The value, when it was made from record version `version`; `now` is remembered as a journal
  /// version at which it is true.
  std::optional<Value> confirm(std::string_view key, std::uint64_t version,
                               std::optional<std::uint64_t> now) {
    const std::lock_guard lock(mutex_);
    const auto entry = touch(key);
    if (entry == entries_.end() || entry->version != version) return std::nullopt;
    entry->validatedAt = now;
    return entry->value;
  }

  void put(std::string key, Value value, std::size_t cost, std::uint64_t version,
           std::optional<std::uint64_t> now) {
    const std::lock_guard lock(mutex_);
    if (const auto old = touch(key); old != entries_.end()) erase(old);
    cost += key.size() + kOverhead;
    if (cost > capacity_) return;
    entries_.push_front({std::move(key), std::move(value), cost, version, now});
    index_.emplace(entries_.front().key, entries_.begin());
    used_ += cost;
    while (used_ > capacity_) erase(std::prev(entries_.end()));
  }

  std::size_t size() {
    const std::lock_guard lock(mutex_);
    return entries_.size();
  }

 private:
  static constexpr std::size_t kOverhead = 256;

  struct Entry {
    std::string key;
    Value value;
    std::size_t cost = 0;
    std::uint64_t version = 0;
    std::optional<std::uint64_t> validatedAt;
  };
  using Position = typename std::list<Entry>::iterator;

  Position touch(std::string_view key) {
    const auto found = index_.find(key);
    if (found == index_.end()) return entries_.end();
    entries_.splice(entries_.begin(), entries_, found->second);
    return entries_.begin();
  }

  void erase(Position entry) {
    index_.erase(entry->key);
    used_ -= entry->cost;
    entries_.erase(entry);
  }

  const std::size_t capacity_;
  std::mutex mutex_;
  std::size_t used_ = 0;
  std::list<Entry> entries_;
  std::unordered_map<std::string_view, Position> index_;  // Views of Entry::key.
};

}  // namespace larder::pypi
