#pragma once

#include "larder/sdk/host.h"

namespace larder::observe {

/// The machine's clocks.
class SystemClock final : public sdk::Clock {
 public:
  std::chrono::system_clock::time_point now() const noexcept override {
    return std::chrono::system_clock::now();
  }
  std::chrono::steady_clock::time_point steady() const noexcept override {
    return std::chrono::steady_clock::now();
  }
};

/// The one of this process.
inline sdk::Clock& systemClock() noexcept {
  static SystemClock clock;
  return clock;
}

}  // namespace larder::observe
