#pragma once

#include <span>
#include <string>

#include "larder/sdk/plugin.h"

namespace larder::plugin {

/// A plugin that passed every check. Lives as long as the process.
struct LoadedPlugin {
  std::string kind;
  std::string name;
  std::string version;
  std::string summary;
  std::string sdk;   ///< "1.0"
  std::string path;  ///< Absolute, without links.
  std::span<const sdk::SettingSpec> settings;
  const void* descriptor = nullptr;  ///< sdk::Plugin<…> of this kind.

  /// "storage-filesystem": how messages call it.
  std::string label() const { return kind + "-" + name; }

  /// The descriptor, or null when the plugin is of another kind.
  const sdk::StoragePlugin* storagePlugin() const noexcept {
    return as<sdk::StoragePlugin>("storage");
  }
  const sdk::CachePlugin* cachePlugin() const noexcept { return as<sdk::CachePlugin>("cache"); }
  const sdk::AccessPlugin* accessPlugin() const noexcept { return as<sdk::AccessPlugin>("access"); }
  const sdk::FormatPlugin* formatPlugin() const noexcept { return as<sdk::FormatPlugin>("format"); }

 private:
  template <class Descriptor>
  const Descriptor* as(const char* wanted) const noexcept {
    return kind == wanted ? static_cast<const Descriptor*>(descriptor) : nullptr;
  }
};

}  // namespace larder::plugin
