#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/guarded.h"
#include "larder/sdk/host.h"

namespace larder::test {

/// Jobs that run when the test says so, on its thread. A failed job is not
/// retried: the test sees its result.
class FakeJobs final : public sdk::Jobs {
 public:
  struct Ran {
    std::string key;
    sdk::Result<void> result;
  };

  void schedule(std::string_view key, std::chrono::milliseconds delay, Work work) override;
  void repeat(std::string_view key, std::chrono::milliseconds period, Work work) override;

  /// Runs what is scheduled for at most `within` from now, in the order of the
  /// delays, and what that schedules, until nothing is left.
  std::vector<Ran> run(sdk::Context& ctx,
                       std::chrono::milliseconds within = std::chrono::milliseconds::max());
  /// One turn of a repeated job. NotFound when there is none of that key.
  sdk::Result<void> turn(sdk::Context& ctx, std::string_view key);

  std::vector<std::string> scheduled();
  std::vector<std::string> repeated();

 private:
  struct Job {
    std::chrono::milliseconds delay;
    Work work;
  };
  using Jobs = std::map<std::string, Job, std::less<>>;

  bool runNext(sdk::Context& ctx, std::chrono::milliseconds within, std::vector<Ran>& ran);

  Guarded<Jobs> scheduled_;
  Guarded<Jobs> repeated_;
};

}  // namespace larder::test
