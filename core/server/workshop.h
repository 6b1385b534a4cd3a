#pragma once

#include <memory>

#include "core/auth/passwords.h"
#include "core/config/configuration.h"
#include "core/content/spooled.h"
#include "core/jobs/jobs.h"
#include "core/observe/metrics.h"
#include "core/server/plugin_host.h"

namespace larder::server {

/// What every command that works on repositories needs: the services that plugins
/// are offered.
class Workshop {
 public:
  /// `sink` outlives it. Errors: Unavailable when the spool cannot be used.
  static sdk::Result<std::unique_ptr<Workshop>> open(const config::Configuration& configuration,
                                                     observe::LogSink& sink);

  const Services& services() const noexcept { return services_; }
  observe::MetricsRegistry& metrics() noexcept { return metrics_; }
  jobs::Jobs& jobs() noexcept { return jobs_; }
  const content::SpoolDirectory& spool() const noexcept { return spool_; }

 private:
  Workshop(content::SpoolDirectory spool, observe::LogSink& sink);

  content::SpoolDirectory spool_;
  observe::Log log_;
  observe::MetricsRegistry metrics_;
  auth::Passwords passwords_;
  jobs::Jobs jobs_;
  const Services services_;
};

}  // namespace larder::server
