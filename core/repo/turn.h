#pragma once

#include <chrono>
#include <condition_variable>

#include "core/base/guarded.h"
#include "core/repo/store.h"

namespace larder::repo {

/// One thread at a time; the others wait no longer than their calls matter.
class Turn {
 public:
  class Held {
   public:
    explicit Held(Turn& turn) : turn_(&turn) {}
    Held(Held&& other) noexcept : turn_(std::exchange(other.turn_, nullptr)) {}
    Held& operator=(Held&&) = delete;
    ~Held() {
      if (turn_ != nullptr) turn_->release();
    }

   private:
    Turn* turn_;
  };

  /// Errors: Timeout, Cancelled.
  sdk::Result<Held> take(sdk::Context& ctx) {
    auto taken = taken_.lock();
    while (*taken) {
      LARDER_TRY(stillWanted(ctx));
      released_.wait_for(taken.raw(), std::chrono::milliseconds(50));
    }
    *taken = true;
    return Held(*this);
  }

 private:
  void release() {
    *taken_.lock() = false;
    released_.notify_one();
  }

  Guarded<bool> taken_{false};
  std::condition_variable released_;
};

}  // namespace larder::repo
