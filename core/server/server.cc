#include "core/server/server.h"

#include <future>

#include "core/admin/version.h"
#include "core/observe/clock.h"
#include "core/observe/process_metrics.h"
#include "core/server/reload.h"

namespace larder::server {
namespace {

http::ServerOptions engineOptions(const config::Configuration& configuration,
                                  const std::string& spool) {
  const config::Section& server = configuration.server();
  const auto count = [&](const char* name) {
    return static_cast<std::size_t>(server.integer(name));
  };
  http::ServerOptions options;
  options.listen = configuration.listen();
  options.trustedProxies = server.list("trusted_proxies");
  options.tlsCertificate = server.map("tls").string("certificate");
  options.tlsKey = server.map("tls").string("key");
  options.spool = spool;
  options.loops = count("loops");
  options.poolThreads = count("workers");
  options.poolQueue = count("queue");
  options.maxConnections = count("max_connections");
  options.limits.head = server.size("head_limit");
  options.limits.target = server.size("target_limit");
  options.idle = server.duration("idle_timeout");
  options.head = server.duration("head_timeout");
  options.body = server.duration("body_timeout");
  options.write = server.duration("write_timeout");
  options.handler = server.duration("handler_timeout");
  return options;
}

web::DispatcherOptions dispatcherOptions(const config::Section& server) {
  web::DispatcherOptions options;
  options.baseUrl = server.string("base_url");
  options.uploadLimit = server.size("upload_limit");
  // A little less than the engine waits, so that the handler's own words reach the client.
  options.handlerBudget = server.duration("handler_timeout") * 9 / 10;
  return options;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

}  // namespace

Server::Server(std::shared_ptr<const Blueprint> blueprint, config::LoadOptions options,
               observe::LogSink& sink)
    : blueprint_(std::move(blueprint)),
      options_(std::move(options)),
      sink_(sink),
      log_(sink, {{"component", "server"}}) {}

sdk::Result<std::unique_ptr<Server>> Server::start(std::shared_ptr<const Blueprint> blueprint,
                                                   config::LoadOptions options,
                                                   observe::LogSink& sink) {
  std::unique_ptr<Server> server(new Server(std::move(blueprint), std::move(options), sink));
  LARDER_TRY(server->startAll());
  return server;
}

Server::~Server() { stop(); }

sdk::Result<void> Server::startAll() {
  const config::Configuration& configuration = blueprint_->configuration();
  LARDER_TRY_ASSIGN(workshop_, Workshop::open(configuration, sink_));
  LARDER_TRY_ASSIGN(plant_, Plant::start(blueprint_, *workshop_, Plant::Purpose::Serve, {}));
  LARDER_TRY_ASSIGN(auto rules, AccessRules::make(blueprint_, workshop_->services()));
  LARDER_TRY(startWeb());
  secure(rules);
  plant_->scheduleUpkeep();
  LARDER_TRY(engine_->start());
  started_ = true;
  log_.info("server.started", "larder serves",
            {{"version", admin::kVersion},
             {"addresses", joined(engine_->addresses())},
             {"configuration", configuration.file()}});
  return {};
}

sdk::Result<void> Server::startWeb() {
  const config::Configuration& configuration = blueprint_->configuration();
  const config::Section& accessLog = configuration.server().map("access_log");
  LARDER_TRY_ASSIGN(
      access_,
      observe::AccessLog::open(
          {.path = accessLog.string("path"),
           .format =
               observe::logFormat(accessLog.string("format")).value_or(observe::LogFormat::Text)},
          log_, workshop_->metrics()));
  health_ =
      std::make_unique<admin::HealthBoard>(log_, workshop_->metrics(), observe::systemClock());
  sites_ = plant_->sites();
  hostServices_ = std::make_unique<admin::HostServices>(admin::HostServices{
      *health_, [this] { return workshop_->metrics().render() + observe::renderProcessMetrics(); },
      sites_, [this](sdk::Context& ctx, std::string_view name) { return rebuild(ctx, name); }});
  web::Site host;
  host.routes = admin::hostRoutes(*hostServices_);
  sites_.push_back(std::move(host));
  dispatcher_ = std::make_unique<web::Dispatcher>(dispatcherOptions(configuration.server()), sites_,
                                                  log_, workshop_->metrics(),
                                                  observe::systemClock(), access_.get());
  LARDER_TRY(dispatcher_->build());
  engine_ = std::make_unique<http::Server>(engineOptions(configuration, workshop_->spool().path()),
                                           *dispatcher_, log_, workshop_->metrics());
  return {};
}

void Server::secure(const std::shared_ptr<AccessRules>& rules) {
  dispatcher_->secure(AccessRules::secure(rules, sites_));
  std::vector<admin::Monitored> monitored;
  plant_->monitor(monitored);
  rules->monitor(monitored);
  health_->watch(std::move(monitored), rules);
}

// Runs as a job, so that it goes on when the client's patience ends.
sdk::Result<bool> Server::rebuild(sdk::Context& ctx, std::string_view name) {
  Plant::Repository* repository = plant_->repository(name);
  auto done = std::make_shared<std::promise<sdk::Result<void>>>();
  auto outcome = done->get_future();
  auto work = [state = repository->state.get(), done](sdk::Context& job) -> sdk::Result<void> {
    auto report = state->rebuild(job);
    sdk::Result<void> result;
    if (!report) result = std::move(report).error();
    done->set_value(result);
    return {};  // whoever asked is told; trying again is up to them
  };
  workshop_->jobs().schedule("rebuild " + std::string(name), std::chrono::milliseconds(0),
                             std::move(work));
  while (outcome.wait_for(std::chrono::milliseconds(200)) != std::future_status::ready) {
    const bool enough = std::chrono::steady_clock::now() + std::chrono::seconds(1) > ctx.deadline();
    if (enough || ctx.cancelled()) return false;
  }
  LARDER_TRY(outcome.get());
  return true;
}

void Server::reload() {
  config::Problems problems;
  std::shared_ptr<const Blueprint> next =
      Blueprint::read(blueprint_->configuration().file(), options_, log_, problems);
  if (!next || !problems.empty()) {
    for (const std::string& line : problems.lines()) {
      log_.error("reload.refused", "the new configuration is wrong; nothing was changed",
                 {{"problem", line}});
    }
    return;
  }
  if (const std::string missing = removedRepository(*blueprint_, *next); !missing.empty()) {
    log_.error("reload.incomplete",
               "a repository is missing; removing one takes a restart, and "
               "nothing was changed",
               {{"repository", missing}});
    return;
  }
  auto rules = AccessRules::make(next, workshop_->services());
  if (!rules) {
    log_.error("reload.failed", "the new access rules do not start; nothing was changed",
               {{"why", rules.error().message()}});
    return;
  }
  applyLogSettings(next->configuration().server(), sink_);
  secure(*rules);
  reloadFiles();
  for (const std::string& setting : needRestart(*blueprint_, *next)) {
    log_.warning("reload.restart.needed", "a setting was changed that takes a restart",
                 {{"setting", setting}});
  }
  log_.info("reload.done",
            "users, groups, grants, repository rights, log settings, certificates "
            "and the access log's file are those of the configuration");
}

void Server::reloadFiles() {
  if (auto opened = access_->reopen(); !opened) {
    log_.error("access_log.reopen.failed", "the access log goes on in the old file",
               {{"why", opened.error().message()}});
  }
  if (auto tls = engine_->reloadTls(); !tls) {
    log_.error("tls.reload.failed", "the old certificate stays in use",
               {{"why", tls.error().message()}});
  }
}

void Server::stop() {
  if (engine_) {
    engine_->stop(blueprint_->configuration().server().duration("drain_timeout"));
    if (started_) log_.info("server.stopped", "larder has stopped");
  }
  if (workshop_) workshop_->jobs().stop();
  engine_.reset();
}

}  // namespace larder::server
