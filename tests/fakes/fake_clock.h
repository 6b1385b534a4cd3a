#pragma once

#include <atomic>
#include <chrono>

#include "larder/sdk/host.h"

namespace larder::test {

/// Stands still until it is told to move. Starts on 2026-01-01 00:00:00 UTC.
class FakeClock final : public sdk::Clock {
 public:
  using System = std::chrono::system_clock::time_point;
  using Steady = std::chrono::steady_clock::time_point;

  FakeClock()
      : FakeClock(std::chrono::sys_days(std::chrono::year(2026) / std::chrono::January / 1)) {}
  explicit FakeClock(System start) : now_(start.time_since_epoch()) {}

  System now() const noexcept override { return System(now_.load()); }
  Steady steady() const noexcept override { return Steady(steady_.load()); }

  /// Both clocks.
  void advance(std::chrono::nanoseconds by) noexcept {
    now_ = now_.load() + by;
    steady_ = steady_.load() + by;
  }
  /// The wall clock only, also backwards, as an operator or NTP would.
  void setWall(System now) noexcept { now_ = now.time_since_epoch(); }

 private:
  std::atomic<std::chrono::nanoseconds> now_;
  // From the real one, so that it compares with the deadlines of contexts.
  std::atomic<std::chrono::nanoseconds> steady_{
      std::chrono::steady_clock::now().time_since_epoch()};
};

}  // namespace larder::test
