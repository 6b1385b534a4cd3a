#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/admin/health_board.h"
#include "core/repo/collector.h"
#include "core/repo/repository.h"
#include "core/server/blueprint.h"
#include "core/server/plugin_host.h"
#include "core/server/workshop.h"
#include "core/web/site.h"

namespace larder::server {

/// The storages, caches and repositories of one configuration, running. They live
/// until the process ends; a reload does not touch them.
class Plant {
 public:
  struct Repository {
    const PlannedRepository* planned = nullptr;
    std::string storage;  ///< Its name in the configuration.
    std::unique_ptr<repo::Repository> state;
    std::unique_ptr<RepositoryHost> host;
    std::unique_ptr<sdk::Format> format;
  };

  enum class Purpose {
    Serve,
    Inspect,  ///< Beside a server: nothing is written to a storage.
  };

  /// Starts the plugins and opens the repositories called `only` (all when empty).
  /// Errors: those of plugins and of repo::Repository::open(), with the name of what
  /// could not start. Requires: `only` names repositories of the blueprint.
  static sdk::Result<std::unique_ptr<Plant>> start(std::shared_ptr<const Blueprint> blueprint,
                                                   Workshop& workshop, Purpose purpose,
                                                   const std::vector<std::string>& only);
  /// Stops the workshop's jobs first: they may be about what goes away.
  ~Plant();

  std::vector<Repository>& repositories() noexcept { return repositories_; }
  Repository* repository(std::string_view name) noexcept;

  /// One site for each repository, with its routes.
  std::vector<web::Site> sites();
  void monitor(std::vector<admin::Monitored>& list) const;

  /// Upkeep of repositories and collection of unused blobs, as periodic jobs.
  void scheduleUpkeep();

 private:
  template <class Component>
  struct Running {
    const PlannedInstance* planned = nullptr;
    std::unique_ptr<PluginHost> host;
    std::unique_ptr<Component> component;
  };
  Plant(std::shared_ptr<const Blueprint> blueprint, Workshop& workshop, Purpose purpose);

  sdk::Result<void> startBackends();
  sdk::Result<void> startRepository(const PlannedRepository& planned);
  repo::StoreParts storeParts(const config::Instance& storage);

  std::shared_ptr<const Blueprint> blueprint_;
  Workshop& workshop_;
  const Purpose purpose_;
  const Services& services_;
  observe::Log log_;
  std::map<std::string, Running<sdk::Storage>> storages_;
  std::map<std::string, Running<sdk::Cache>> caches_;
  std::vector<Repository> repositories_;
};

}  // namespace larder::server
