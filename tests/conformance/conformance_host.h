#pragma once

#include <string>
#include <string_view>

#include "core/auth/passwords.h"
#include "core/content/prepare.h"
#include "core/content/spooled.h"
#include "core/observe/clock.h"
#include "core/observe/metrics.h"
#include "larder/sdk/host.h"
#include "tests/fakes/fake_jobs.h"
#include "tests/fakes/fake_logger.h"

namespace larder::conformance {

/// A host with everything the real one has, except that jobs run when a test
/// says so and that the log can be searched.
class ConformanceHost final : public sdk::Host {
 public:
  explicit ConformanceHost(content::SpoolDirectory spool) : spool_(std::move(spool)) {}

  test::FakeLogger& logger() noexcept override { return logger_; }
  sdk::Clock& clock() noexcept override { return observe::systemClock(); }
  observe::MetricsRegistry& metrics() noexcept override { return metrics_; }
  test::FakeJobs& jobs() noexcept override { return jobs_; }
  auth::Passwords& passwords() noexcept override { return passwords_; }

  sdk::Result<std::unique_ptr<sdk::SpooledContent>> spool(sdk::Context& ctx, sdk::Source& from,
                                                          std::uint64_t limit) override {
    return spool_.spool(ctx, from, limit);
  }
  std::shared_ptr<const sdk::PreparedBody> prepare(std::string contentType,
                                                   std::string bytes) override {
    return content::prepare(std::move(contentType), std::move(bytes));
  }

  /// How often the barrier stopped something of this rule.
  double violations(std::string_view rule) const;

 private:
  content::SpoolDirectory spool_;
  test::FakeLogger logger_;
  observe::MetricsRegistry metrics_;
  test::FakeJobs jobs_;
  auth::Passwords passwords_;
};

}  // namespace larder::conformance
