#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/document.h"
#include "core/config/environment.h"
#include "core/config/problems.h"
#include "core/config/section.h"

namespace larder::config {

/// One entry under `storage`, `cache` or `access`.
struct Instance {
  std::string kind;    ///< "storage", "cache", "access"
  std::string name;    ///< "main"
  std::string plugin;  ///< "s3"; empty when the file does not say it, which is a problem.
  Position where;      ///< Of the entry's key.
  Position pluginAt;
  std::shared_ptr<const Section> host;  ///< By storageSettings(), cacheSettings()…
  NodePtr node;

  std::string path() const { return kind + '.' + name; }
};

/// Either an instance, or two joined: who people are from one, what they may from the other.
struct AccessInstance {
  std::string name;
  std::optional<Instance> instance;
  std::string users;                     ///< Of a joined one: the name of another.
  std::string grants;                    ///< The same.
  std::shared_ptr<const Section> names;  ///< Of a joined one: both with their places.

  bool composed() const noexcept { return !instance; }
};

struct RepositoryConfig {
  enum class Downloads { Redirect, Stream };

  std::string name;
  std::string format;
  std::string storage;
  std::string cache;
  std::string access;
  std::string mount;  ///< With both slashes: "/", "/team/".
  std::vector<std::string> defaultRead;
  std::vector<std::string> defaultWrite;
  std::vector<std::string> overwrite;
  std::vector<std::string> remove;
  Downloads downloads = Downloads::Redirect;
  Position where;
  Position formatAt;
  std::shared_ptr<const Section> host;  ///< By repositorySettings().
  NodePtr node;

  std::string path() const { return "repositories." + name; }
};

struct LoadOptions {
  /// Takes the place of server.listen; problems with it are said of "--listen".
  std::vector<std::string> listen;
  Environment environment = processEnvironment;
};

/// A configuration file, read in two steps: load() finds everything that needs no plugin, the
/// settings() check what plugins declare. Problems of both go into one Problems, so that one run
/// shows them all.
///
/// Immutable once loaded, readable from any thread.
class Configuration {
 public:
  /// Null when there is nothing to go on with; `problems` says why. Otherwise there may be problems
  /// all the same: what could be read is there, for the second step to find more.
  static std::unique_ptr<Configuration> load(const std::string& file, Problems& problems,
                                             const LoadOptions& options = {});

  const std::string& file() const noexcept { return file_; }
  const Section& server() const noexcept { return *server_; }
  /// LoadOptions::listen, else server.listen.
  const std::vector<std::string>& listen() const noexcept { return listen_; }

  std::vector<std::string> pluginPath;
  std::vector<Instance> storages;
  std::vector<Instance> caches;
  std::vector<AccessInstance> accesses;
  std::vector<RepositoryConfig> repositories;

  const Instance* storage(std::string_view name) const noexcept;
  const Instance* cache(std::string_view name) const noexcept;
  const AccessInstance* access(std::string_view name) const noexcept;

  /// The plugin's part of an instance: never null, and complete by the declarations even when
  /// problems were added, so that the plugin's check() can be asked as well.
  std::unique_ptr<Section> settings(const Instance& instance,
                                    std::span<const sdk::SettingSpec> specs,
                                    Problems& problems) const;
  /// The format's part of a repository; the host's keys are not in it.
  std::unique_ptr<Section> settings(const RepositoryConfig& repository,
                                    std::span<const sdk::SettingSpec> formatSpecs,
                                    Problems& problems) const;

  /// `text` with every secret that has been read so far as ***.
  std::string masked(std::string text) const { return secrets_->masked(std::move(text)); }

 private:
  friend class ConfigurationReader;
  Configuration() = default;

  std::string file_;
  std::vector<std::string> listen_;
  std::unique_ptr<Section> server_;
  std::shared_ptr<Secrets> secrets_ = std::make_shared<Secrets>();
};

}  // namespace larder::config
