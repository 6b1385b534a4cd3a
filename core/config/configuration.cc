#include "core/config/configuration.h"

#include <algorithm>

#include "core/config/configuration_reader.h"
#include "core/config/declarations.h"

namespace larder::config {

namespace {

std::span<const sdk::SettingSpec> hostSettings(std::string_view kind) {
  if (kind == "storage") return storageSettings();
  return kind == "cache" ? cacheSettings() : accessSettings();
}

template <class Entry>
const Entry* find(const std::vector<Entry>& entries, std::string_view name) noexcept {
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const Entry& entry) { return entry.name == name; });
  return found == entries.end() ? nullptr : &*found;
}

}  // namespace

std::unique_ptr<Configuration> Configuration::load(const std::string& file, Problems& problems,
                                                   const LoadOptions& options) {
  const auto text = readFile(file, problems);
  if (!text) return nullptr;
  const NodePtr root = parseDocument(file, *text, options.environment, problems);
  if (!root) return nullptr;
  std::unique_ptr<Configuration> configuration(new Configuration());
  configuration->file_ = file;
  ConfigurationReader(*configuration, *root, problems).read(options);
  return configuration;
}

const Instance* Configuration::storage(std::string_view name) const noexcept {
  return find(storages, name);
}

const Instance* Configuration::cache(std::string_view name) const noexcept {
  return find(caches, name);
}

const AccessInstance* Configuration::access(std::string_view name) const noexcept {
  return find(accesses, name);
}

std::unique_ptr<Section> Configuration::settings(const Instance& instance,
                                                 std::span<const sdk::SettingSpec> specs,
                                                 Problems& problems) const {
  std::vector<std::string_view> names;
  for (const RepositoryConfig& repository : repositories) names.push_back(repository.name);
  return SectionReader(secrets_, problems, std::move(names))
      .read(instance.node.get(), instance.where, instance.path(),
            {specs, hostSettings(instance.kind), instance.kind + '-' + instance.plugin});
}

std::unique_ptr<Section> Configuration::settings(const RepositoryConfig& repository,
                                                 std::span<const sdk::SettingSpec> formatSpecs,
                                                 Problems& problems) const {
  return SectionReader(secrets_, problems)
      .read(repository.node.get(), repository.where, repository.path(),
            {formatSpecs, repositorySettings(), "a repository of format " + repository.format});
}

}  // namespace larder::config
