#pragma once

#include <memory>
#include <string_view>

#include "larder/sdk/host.h"

namespace larder::jobs {

struct Options {
  std::size_t workers = 2;
  std::chrono::milliseconds budget = std::chrono::hours(1);  ///< Of one run.
  std::chrono::milliseconds firstPause = std::chrono::seconds(1);
  std::chrono::milliseconds longestPause = std::chrono::minutes(5);
};

/// sdk::Jobs on threads of its own. All members are thread-safe.
class Jobs final : public sdk::Jobs {
 public:
  Jobs(Options options, sdk::Clock& clock, sdk::Logger& logger, sdk::Metrics& metrics);
  /// Stops.
  ~Jobs();

  void schedule(std::string_view key, std::chrono::milliseconds delay, Work work) override;
  void repeat(std::string_view key, std::chrono::milliseconds period, Work work) override;

  /// Starts no more jobs, cancels those that run and waits for their end. What is
  /// scheduled afterwards is forgotten.
  void stop();

  /// Looks at the clock again: for a clock that was moved.
  void wake();

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace larder::jobs
