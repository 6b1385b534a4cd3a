#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "core/base/guarded.h"
#include "core/repo/options.h"

namespace larder::repo {

/// Small objects of a storage: read whole, created once. Thread-safe.
class Store {
 public:
  explicit Store(StoreParts parts);

  const StoreParts& parts() const noexcept { return parts_; }
  sdk::Storage& storage() noexcept { return parts_.storage; }

  /// Errors: NotFound; TooLarge beyond `limit`.
  sdk::Result<std::string> read(sdk::Context& ctx, std::string_view key,
                                std::uint64_t limit = std::uint64_t{256} << 20);
  sdk::Result<bool> exists(sdk::Context& ctx, std::string_view key);

  /// Stores `bytes` under a key that has no object. Errors: Conflict when it has.
  sdk::Result<void> create(sdk::Context& ctx, std::string_view key, const std::string& bytes);
  /// The same for leases, which are claimed before anything may be written.
  /// Without conditions the claim stands only if it is still there after `pause`.
  sdk::Result<void> claim(sdk::Context& ctx, std::string_view key, const std::string& bytes,
                          std::chrono::milliseconds pause = {});
  sdk::Result<void> replace(sdk::Context& ctx, std::string_view key, const std::string& bytes);

  /// Calls `each` for every object whose key starts with `prefix` and sorts after
  /// `after`, in byte order, until it answers false.
  using Each = std::function<sdk::Result<bool>(const sdk::ObjectInfo&)>;
  sdk::Result<void> list(sdk::Context& ctx, const std::string& prefix, std::string after,
                         const Each& each);

  /// Whether the storage keeps its promise about "if absent".
  sdk::Result<bool> probeConditions(sdk::Context& ctx);

  /// From now on create() asks `mayWrite` and looks for the object itself: for a
  /// storage without conditions.
  void setUnconditional(std::function<sdk::Result<void>()> mayWrite);
  /// From now on nothing may be written.
  void setReadOnly();
  /// Whether this host may write at all.
  sdk::Result<void> mayWrite();

 private:
  sdk::Result<void> put(sdk::Context& ctx, std::string_view key, const std::string& bytes,
                        bool ifAbsent);
  sdk::Result<void> putUnlessThere(sdk::Context& ctx, std::string_view key,
                                   const std::string& bytes, std::chrono::milliseconds pause);
  sdk::Result<void> finishDoubtful(sdk::Context& ctx, const std::string& key,
                                   const std::string& bytes);

  StoreParts parts_;
  std::atomic<bool> conditional_ = true;
  std::function<sdk::Result<void>()> mayWrite_;
  /// By key, what was put without conditions, and may be there or arrive yet.
  Guarded<std::map<std::string, std::string>> doubtful_;
};

/// Whether what was asked for may have been done, or may be done yet.
bool effectUnknown(const sdk::Error& error) noexcept;

/// Seconds since 1970.
std::int64_t secondsNow(const sdk::Clock& clock);

/// Reads `source` to its end.
sdk::Result<std::string> readAll(sdk::Source& source, std::uint64_t limit);

/// Timeout or Cancelled once the call is over, success before.
sdk::Result<void> stillWanted(const sdk::Context& ctx);

}  // namespace larder::repo
