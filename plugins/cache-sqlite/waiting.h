#pragma once

#include <chrono>

#include "larder/sdk/context.h"
#include "larder/sdk/host.h"
#include "larder/sdk/result.h"

namespace larder::sqlite {

/// Until when a call may wait for another one, thread or process.
class Waiting {
 public:
  Waiting(const sdk::Context& ctx, const sdk::Clock& clock) : ctx_(ctx), clock_(clock) {}

  /// Cancelled or Timeout once the caller has stopped waiting.
  sdk::Result<void> stillWanted() const;
  /// Waits a little, longer every time, never past the deadline. Errors: as above.
  sdk::Result<void> pause();

 private:
  const sdk::Context& ctx_;
  const sdk::Clock& clock_;
  std::chrono::microseconds next_{100};
};

}  // namespace larder::sqlite
