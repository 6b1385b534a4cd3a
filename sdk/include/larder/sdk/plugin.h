#pragma once

#include <cstddef>
#include <memory>

#include "larder/sdk/abi.h"
#include "larder/sdk/access.h"
#include "larder/sdk/cache.h"
#include "larder/sdk/format.h"
#include "larder/sdk/host.h"
#include "larder/sdk/settings.h"
#include "larder/sdk/storage.h"

namespace larder::sdk {

/// Describes one plugin. Constant data: loading it runs no code of the plugin.
///
/// Only `header` may be read before its versions have been compared.
template <class Interface, class HostType>
struct Plugin {
  PluginHeader header;
  const SettingSpec* settings;
  std::size_t settingCount;

  /// Optional (may be null): finds what the declarations cannot say, such as two
  /// keys that exclude each other. Looks at `settings` only: opens no file, makes
  /// no connection. `larder config check` runs it and never create().
  void (*check)(const Settings& settings, SettingProblems& problems);

  /// Makes an instance. May connect; must fail rather than wait past the
  /// deadline of `ctx`. `host` and `settings` outlive the instance.
  Result<std::unique_ptr<Interface>> (*create)(Context& ctx, HostType& host,
                                               const Settings& settings);
};

using StoragePlugin = Plugin<Storage, Host>;
using CachePlugin = Plugin<Cache, Host>;
using AccessPlugin = Plugin<Access, Host>;
using FormatPlugin = Plugin<Format, FormatHost>;

}  // namespace larder::sdk

/// Defines the one symbol a plugin exports:
///
///     LARDER_PLUGIN(larder::sdk::StoragePlugin) = {
///         .header = larder::sdk::makePluginHeader("storage", "s3", "1.0.0", "Amazon S3"),
///         .settings = kSettings,
///         .settingCount = std::size(kSettings),
///         .check = nullptr,
///         .create = &S3Storage::create,
///     };
#define LARDER_PLUGIN(Type)                                               \
  extern "C" {                                                            \
  extern __attribute__((visibility("default"))) const Type larder_plugin; \
  }                                                                       \
  constinit const Type larder_plugin
