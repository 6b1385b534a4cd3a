#include "core/server/blueprint.h"

#include <algorithm>
#include <filesystem>
#include <optional>

#include "core/plugin/instances.h"

namespace larder::server {
namespace {

// Null after a problem was added.
const plugin::LoadedPlugin* load(plugin::Loader& loader, const std::string& kind,
                                 const std::string& name, const config::Position& where,
                                 const std::string& setting, config::Problems& problems) {
  if (name.empty()) return nullptr;  // reported already
  auto loaded = loader.load(kind, name);
  if (loaded) return *loaded;
  problems.add(where, setting, loaded.error().message());
  return nullptr;
}

// The groups of an access plugin that has them in the configuration; nothing: only it knows.
std::optional<std::vector<std::string>> declaredGroups(const PlannedInstance& access) {
  if (access.plugin == nullptr) return std::nullopt;
  for (const sdk::SettingSpec& spec : access.plugin->settings) {
    if (std::string_view(spec.name) == "groups" && spec.type == sdk::SettingType::Lists) {
      return access.settings->keys("groups");
    }
  }
  return std::nullopt;
}

void checkWords(const config::RepositoryConfig& repository, const char* setting,
                const std::vector<std::string>& words, const std::vector<std::string>& groups,
                config::Problems& problems) {
  for (const std::string& word : words) {
    const bool special = word == "everyone" || word == "authenticated" || word == "admin";
    if (special || std::find(groups.begin(), groups.end(), word) != groups.end()) continue;
    std::string known = "everyone, authenticated, admin";
    for (const std::string& group : groups) known += ", " + group;
    problems.add(
        repository.host->invalid(setting, "no group named \"" + word + "\"; there are: " + known));
  }
}

}  // namespace

std::vector<std::string> pluginDirectories(const std::vector<std::string>& configured) {
  std::vector<std::string> directories = configured;
  std::error_code unknown;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", unknown);
  if (!unknown) {
    const auto installed = program.parent_path().parent_path() / "lib/larder/plugins";
    if (std::filesystem::is_directory(installed, unknown))
      directories.push_back(installed.string());
  }
  return directories;
}

PlannedInstance Blueprint::plan(const config::Instance& instance, plugin::Loader& loader,
                                config::Problems& problems) const {
  PlannedInstance planned;
  planned.config = &instance;
  planned.plugin = load(loader, instance.kind, instance.plugin, instance.pluginAt,
                        instance.path() + ".plugin", problems);
  if (planned.plugin == nullptr) return planned;
  planned.settings = configuration_->settings(instance, planned.plugin->settings, problems);
  plugin::checkSettings(*planned.plugin, *planned.settings, problems);
  return planned;
}

PlannedRepository Blueprint::plan(const config::RepositoryConfig& repository,
                                  plugin::Loader& loader, config::Problems& problems) const {
  PlannedRepository planned;
  planned.config = &repository;
  planned.format = load(loader, "format", repository.format, repository.formatAt,
                        repository.path() + ".format", problems);
  if (planned.format == nullptr) return planned;
  planned.settings = configuration_->settings(repository, planned.format->settings, problems);
  plugin::checkSettings(*planned.format, *planned.settings, problems);
  return planned;
}

void Blueprint::checkGroups(const config::RepositoryConfig& repository,
                            config::Problems& problems) const {
  const config::AccessInstance* access = configuration_->access(repository.access);
  if (access == nullptr) return;  // reported already
  const std::string& people = access->composed() ? access->users : access->name;
  for (const PlannedInstance& instance : accesses_) {
    if (instance.config->name != people) continue;
    const auto groups = declaredGroups(instance);
    if (!groups) return;
    checkWords(repository, "default_read", repository.defaultRead, *groups, problems);
    checkWords(repository, "default_write", repository.defaultWrite, *groups, problems);
    checkWords(repository, "overwrite", repository.overwrite, *groups, problems);
    checkWords(repository, "delete", repository.remove, *groups, problems);
  }
}

std::unique_ptr<Blueprint> Blueprint::read(const std::string& file,
                                           const config::LoadOptions& options, sdk::Logger& logger,
                                           config::Problems& problems) {
  auto blueprint = std::make_unique<Blueprint>();
  blueprint->configuration_ = config::Configuration::load(file, problems, options);
  if (!blueprint->configuration_) return nullptr;
  const config::Configuration& configuration = *blueprint->configuration_;
  plugin::Loader loader(pluginDirectories(configuration.pluginPath), logger);
  for (const config::Instance& instance : configuration.storages) {
    blueprint->storages_.push_back(blueprint->plan(instance, loader, problems));
  }
  for (const config::Instance& instance : configuration.caches) {
    blueprint->caches_.push_back(blueprint->plan(instance, loader, problems));
  }
  for (const config::AccessInstance& access : configuration.accesses) {
    if (access.composed()) continue;
    blueprint->accesses_.push_back(blueprint->plan(*access.instance, loader, problems));
  }
  for (const config::RepositoryConfig& repository : configuration.repositories) {
    blueprint->repositories_.push_back(blueprint->plan(repository, loader, problems));
    blueprint->checkGroups(repository, problems);
  }
  return blueprint;
}

}  // namespace larder::server
