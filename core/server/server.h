#pragma once

#include <memory>
#include <string>

#include "core/admin/health_board.h"
#include "core/admin/host_routes.h"
#include "core/auth/passwords.h"
#include "core/content/spooled.h"
#include "core/http/server.h"
#include "core/jobs/jobs.h"
#include "core/observe/access_log.h"
#include "core/observe/clock.h"
#include "core/observe/metrics.h"
#include "core/server/access_rules.h"
#include "core/server/plant.h"
#include "core/web/dispatcher.h"

namespace larder::server {

/// What every command that works on repositories needs, in the order in which it
/// is made and taken down.
class Workshop {
 public:
  /// Errors: Unavailable when the spool cannot be used.
  static sdk::Result<std::unique_ptr<Workshop>> open(const config::Configuration& configuration,
                                                     observe::LogSink& sink);

  const Services& services() const noexcept { return *services_; }
  observe::MetricsRegistry& metrics() noexcept { return metrics_; }
  jobs::Jobs& jobs() noexcept { return *jobs_; }
  const content::SpoolDirectory& spool() const noexcept { return spool_; }

 private:
  Workshop(content::SpoolDirectory spool, observe::LogSink& sink);

  content::SpoolDirectory spool_;
  observe::Log log_;
  observe::MetricsRegistry metrics_;
  auth::Passwords passwords_;
  std::unique_ptr<jobs::Jobs> jobs_;
  std::unique_ptr<Services> services_;
};

/// `larder serve`: one configuration served until stop().
class Server {
 public:
  /// Starts everything; on an Error nothing runs. `sink` outlives the server.
  static sdk::Result<std::unique_ptr<Server>> start(std::shared_ptr<const Blueprint> blueprint,
                                                    config::LoadOptions options,
                                                    observe::LogSink& sink);
  ~Server();

  /// Where it listens, with real ports.
  std::vector<std::string> addresses() const { return engine_->addresses(); }

  /// Reads the configuration anew and puts in force what can be changed while it
  /// runs; says in the log what cannot. A configuration with problems changes nothing.
  void reload();

  /// Finishes running requests for as long as the configuration allows.
  void stop();

 private:
  Server(std::shared_ptr<const Blueprint> blueprint, config::LoadOptions options,
         observe::LogSink& sink);

  sdk::Result<void> startAll();
  sdk::Result<void> startWeb();
  void secure(const std::shared_ptr<AccessRules>& rules);
  sdk::Result<bool> rebuild(sdk::Context& ctx, std::string_view repository);
  void applyLog(const config::Section& server);
  void sayWhatNeedsARestart(const Blueprint& next);

  std::shared_ptr<const Blueprint> blueprint_;  // of the start
  config::LoadOptions options_;
  observe::LogSink& sink_;
  observe::Log log_;
  std::unique_ptr<Workshop> workshop_;
  std::unique_ptr<Plant> plant_;
  std::vector<web::Site> sites_;
  std::unique_ptr<observe::AccessLog> access_;
  std::unique_ptr<admin::HealthBoard> health_;
  std::unique_ptr<admin::HostServices> hostServices_;
  std::unique_ptr<web::Dispatcher> dispatcher_;
  std::unique_ptr<http::Server> engine_;
  bool stopped_ = false;
};

}  // namespace larder::server
