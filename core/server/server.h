#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/admin/health_board.h"
#include "core/admin/host_routes.h"
#include "core/http/server.h"
#include "core/observe/access_log.h"
#include "core/server/access_rules.h"
#include "core/server/plant.h"
#include "core/server/workshop.h"
#include "core/web/dispatcher.h"

namespace larder::server {

/// `larder serve`: one configuration, served until stop(). One thread controls it.
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
  void reloadFiles();

  std::shared_ptr<const Blueprint> blueprint_;  // of the start
  const config::LoadOptions options_;
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
  bool started_ = false;
};

}  // namespace larder::server
