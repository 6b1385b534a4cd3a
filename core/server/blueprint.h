#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/config/configuration.h"
#include "core/plugin/loader.h"

namespace larder::server {

/// One plugin instance to make: its plugin and its validated settings.
struct PlannedInstance {
  const config::Instance* config = nullptr;
  const plugin::LoadedPlugin* plugin = nullptr;
  std::unique_ptr<config::Section> settings;
};

struct PlannedRepository {
  const config::RepositoryConfig* config = nullptr;
  const plugin::LoadedPlugin* format = nullptr;
  std::unique_ptr<config::Section> settings;
};

/// A configuration together with the plugins it names, checked as far as that goes
/// without starting anything.
class Blueprint {
 public:
  /// Null, or one with problems, when it cannot be built from; `problems` says why.
  static std::unique_ptr<Blueprint> read(const std::string& file,
                                         const config::LoadOptions& options, sdk::Logger& logger,
                                         config::Problems& problems);

  const config::Configuration& configuration() const noexcept { return *configuration_; }
  const std::vector<PlannedInstance>& storages() const noexcept { return storages_; }
  const std::vector<PlannedInstance>& caches() const noexcept { return caches_; }
  const std::vector<PlannedInstance>& accesses() const noexcept { return accesses_; }
  const std::vector<PlannedRepository>& repositories() const noexcept { return repositories_; }

 private:
  PlannedInstance plan(const config::Instance& instance, plugin::Loader& loader,
                       config::Problems& problems) const;
  PlannedRepository plan(const config::RepositoryConfig& repository, plugin::Loader& loader,
                         config::Problems& problems) const;

  /// Words of a repository's lists that name no group, where groups are configured.
  void checkGroups(const config::RepositoryConfig& repository, config::Problems& problems) const;

  std::unique_ptr<config::Configuration> configuration_;
  std::vector<PlannedInstance> storages_;
  std::vector<PlannedInstance> caches_;
  std::vector<PlannedInstance> accesses_;
  std::vector<PlannedRepository> repositories_;
};

/// Where plugins are looked for: those the configuration names, then the installed
/// ones (beside the program: ../lib/larder/plugins).
std::vector<std::string> pluginDirectories(const std::vector<std::string>& configured);

}  // namespace larder::server
