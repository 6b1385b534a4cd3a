#pragma once

#include <span>

#include "larder/sdk/settings.h"

namespace larder::config {

// What the host reads itself; plugins declare their own.

/// Keys of `server:`.
std::span<const sdk::SettingSpec> serverSettings();
/// Keys of `plugins:`.
std::span<const sdk::SettingSpec> pluginsSettings();
/// Keys of each map under `storage:`, `cache:`, `access:`, beside those of its plugin. `plugin` is
/// one of them.
std::span<const sdk::SettingSpec> storageSettings();
std::span<const sdk::SettingSpec> cacheSettings();
std::span<const sdk::SettingSpec> accessSettings();
/// Keys of a map under `access:` that joins two others instead of naming a plugin.
std::span<const sdk::SettingSpec> composedAccessSettings();
/// Keys of each map under `repositories:`, beside those of its format.
std::span<const sdk::SettingSpec> repositorySettings();

}  // namespace larder::config
