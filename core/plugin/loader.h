#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/guarded.h"
#include "core/plugin/loaded_plugin.h"
#include "larder/sdk/host.h"

namespace larder::plugin {

/// Finds plugin files and lets none in that has not been checked. Thread-safe.
///
/// A library once loaded stays: code, exception objects and callbacks of a plugin
/// may outlive its instances, so unloading is never safe. A new version of a
/// plugin needs a new process.
class Loader {
 public:
  /// `directories` are searched for names; a relative one is relative to the
  /// working directory. `logger` must outlive the loader.
  Loader(std::vector<std::string> directories, sdk::Logger& logger);

  /// The plugin <kind>-<name>.so from the one directory that has it. The same
  /// plugin twice is the same object.
  ///
  /// Errors: Invalid (no such kind, no such name), NotFound, Conflict (several
  /// directories have one), Forbidden (others may write the file), Corrupt (no
  /// shared library), Unsupported (no plugin, or for another host).
  sdk::Result<const LoadedPlugin*> load(std::string_view kind, std::string_view name);

  /// The same for one file, whose name must be <kind>-<name>.so.
  sdk::Result<const LoadedPlugin*> loadFile(const std::string& path);

  /// One file of a plugin directory.
  struct Found {
    std::string path;
    const LoadedPlugin* plugin = nullptr;  ///< Null: refused.
    std::string refused;                   ///< Why.
  };

  /// What all directories hold, loaded or refused, in the order of the
  /// directories and of names. For people: a server loads only what its
  /// configuration names.
  std::vector<Found> survey();

 private:
  using ByLabel = std::map<std::string, const LoadedPlugin*, std::less<>>;

  const std::vector<std::string> directories_;
  sdk::Logger& logger_;
  Guarded<ByLabel> loaded_;
};

}  // namespace larder::plugin
