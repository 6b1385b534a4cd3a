#pragma once

#include <condition_variable>
#include <cstdint>
#include <optional>

#include "guarded.h"
#include "larder/sdk/host.h"

namespace larder::filesystem {

/// syncfs(2) for many callers at once: whoever comes while one runs shares the
/// next. Thread-safe.
///
/// A write-back error is told once per descriptor, and then nobody knows which
/// files it hit. So from the first one on every call fails, until a restart: data
/// must not be called durable that the kernel has thrown away.
class SyncBarrier {
 public:
  /// `fd` must have been open since before the first write: errors from earlier
  /// on are not reported on it.
  explicit SyncBarrier(int fd) : fd_(fd) {}

  sdk::Result<void> sync(sdk::Context& ctx, const sdk::Clock& clock);

  /// The errno of the error that was reported, or 0.
  int failure();

 private:
  struct State {
    std::uint64_t begun = 0;
    std::uint64_t finished = 0;
    int failure = 0;
  };

  void runOne(common::Guarded<State>::Handle& state);

  const int fd_;
  common::Guarded<State> state_;
  std::condition_variable finished_;
};

}  // namespace larder::filesystem
