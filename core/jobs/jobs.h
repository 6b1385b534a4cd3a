#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "core/base/call_context.h"
#include "core/base/guarded.h"
#include "larder/sdk/host.h"

namespace larder::jobs {

/// sdk::Jobs on a few threads of its own. Thread-safe.
class Jobs final : public sdk::Jobs {
 public:
  struct Options {
    std::size_t workers = 4;
    std::chrono::milliseconds firstRetry = std::chrono::seconds(1);
    std::chrono::milliseconds longestRetry = std::chrono::minutes(5);
    /// A job's Context ends after this; long work asks for it in pieces.
    std::chrono::milliseconds budget = std::chrono::hours(24);
  };

  /// All three outlive this.
  Jobs(Options options, sdk::Clock& clock, sdk::Logger& logger, sdk::Metrics& metrics);
  /// stop().
  ~Jobs();

  void schedule(std::string_view key, std::chrono::milliseconds delay, Work work) override;
  void repeat(std::string_view key, std::chrono::milliseconds period, Work work) override;

  /// Starts nothing more, cancels what runs and waits for it.
  void stop();

  /// Looks at the clock now instead of when it last said: for tests that move it.
  void wake() noexcept { changed_.notify_all(); }

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Task {
    Work work;
    Time due;
    std::chrono::milliseconds period{};  // 0: once
    unsigned failures = 0;
    std::shared_ptr<CallContext> running;
    Work next;  // scheduled while it ran
    Time nextDue;
  };
  struct State {
    std::map<std::string, Task, std::less<>> tasks;
    bool stopping = false;
  };

  void work();
  std::map<std::string, Task, std::less<>>::iterator earliest(State& state) const;
  void run(Guarded<State>::Handle& state, const std::string& key);
  void settle(State& state, const std::string& key, const sdk::Result<void>& result);
  sdk::Result<void> contain(const Work& work, sdk::Context& ctx) const;
  std::chrono::milliseconds backoff(unsigned failures) const;

  const Options options_;
  sdk::Clock& clock_;
  sdk::Logger& logger_;
  sdk::Counter& failures_;
  sdk::Histogram& seconds_;
  Guarded<State> state_;
  std::condition_variable changed_;
  std::vector<std::thread> threads_;
};

}  // namespace larder::jobs
