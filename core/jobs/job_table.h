#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/jobs/jobs.h"

namespace larder::jobs {

/// Which job is due when: no threads, no clock. One thread at a time.
class JobTable {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit JobTable(Options options) : options_(options) {}

  void schedule(std::string_view key, Time due, sdk::Jobs::Work work);
  void repeat(std::string_view key, Time now, std::chrono::milliseconds period,
              sdk::Jobs::Work work);

  struct Start {
    std::string key;
    sdk::Jobs::Work work;
  };
  /// The job that has been due longest and may start; it runs until finish().
  std::optional<Start> start(Time now);

  enum class Outcome : std::uint8_t { Done, Failed, Retryable };
  struct Next {
    bool retried = false;
    std::chrono::milliseconds pause{};  ///< Of a retry.
  };
  Next finish(const std::string& key, Time now, Outcome outcome);

  /// When start() may have something; nothing: not before something else happens.
  std::optional<Time> nextDue() const;
  std::size_t size() const noexcept { return jobs_.size(); }

 private:
  struct Job {
    sdk::Jobs::Work work;          ///< To run next; empty: nothing.
    sdk::Jobs::Work current = {};  ///< Runs now; for a retry.
    Time due{};
    std::chrono::milliseconds period{};  ///< Zero: once.
    bool running = false;
    int failures = 0;
  };

  std::chrono::milliseconds pauseAfter(int failures) const;

  const Options options_;
  std::map<std::string, Job, std::less<>> jobs_;
};

}  // namespace larder::jobs
