#pragma once

#include <atomic>
#include <string>

#include "core/repo/lease.h"

namespace larder::repo {

/// Stands guard where the storage has no conditional writes: lets the store write only
/// while this host holds the repository's writer lease. take() and prolong() are for one
/// thread at a time.
class WriterLease {
 public:
  WriterLease(Store& store, const std::string& repository);
  ~WriterLease();
  WriterLease(const WriterLease&) = delete;
  WriterLease& operator=(const WriterLease&) = delete;

  /// Errors: Conflict when another holds it.
  sdk::Result<void> take(sdk::Context& ctx);
  /// Once it was lost it is not taken back: another has written meanwhile.
  sdk::Result<void> prolong(sdk::Context& ctx);

 private:
  sdk::Result<void> mayWrite() const;
  void holdUntil(std::chrono::system_clock::time_point until);

  Store& store_;
  const std::string repository_;
  Lease lease_;
  std::atomic<std::int64_t> until_ = 0;  ///< Milliseconds since 1970; 0: lost.
};

}  // namespace larder::repo
