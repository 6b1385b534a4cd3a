#pragma once

#include <memory>
#include <string>

#include "core/content/prepare.h"
#include "core/content/spooled.h"
#include "larder/sdk/host.h"
#include "tests/fakes/bytes.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fake_jobs.h"
#include "tests/fakes/fake_logger.h"
#include "tests/fakes/fake_metrics.h"
#include "tests/fakes/fake_passwords.h"

namespace larder::test {

/// A Base (sdk::Host or a kind of it) whose services are the fakes. Spools into
/// memory; prepares pages as the host does.
template <class Base>
class FakeHostOf : public Base {
 public:
  virtual ~FakeHostOf() = default;

  FakeLogger& logger() noexcept override { return logger_; }
  FakeClock& clock() noexcept override { return clock_; }
  FakeMetrics& metrics() noexcept override { return metrics_; }
  FakeJobs& jobs() noexcept override { return jobs_; }
  FakePasswords& passwords() noexcept override { return passwords_; }

  sdk::Result<std::unique_ptr<sdk::SpooledContent>> spool(sdk::Context&, sdk::Source& from,
                                                          std::uint64_t limit) override {
    LARDER_TRY_ASSIGN(std::string bytes, readAll(from));
    if (bytes.size() > limit) {
      return sdk::Error(sdk::Errc::TooLarge, "the content has " + std::to_string(bytes.size()) +
                                                 " bytes; at most " + std::to_string(limit) +
                                                 " are accepted");
    }
    return content::makeContent(std::move(bytes));
  }
  std::shared_ptr<const sdk::PreparedBody> prepare(std::string contentType,
                                                   std::string bytes) override {
    return content::prepare(std::move(contentType), std::move(bytes));
  }

 private:
  FakeLogger logger_;
  FakeClock clock_;
  FakeMetrics metrics_;
  FakeJobs jobs_;
  FakePasswords passwords_;
};

using FakeHost = FakeHostOf<sdk::Host>;

}  // namespace larder::test
