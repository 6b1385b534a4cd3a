#pragma once

#include <memory>

#include "core/plugin/loaded_plugin.h"
#include "larder/sdk/plugin.h"

namespace larder::plugin {

// Each makes one instance of a plugin and returns it guarded (guards.h). `host`
// and `settings` belong to the instance: they carry its labels and its part of
// the configuration, and outlive it.
//
// Errors: those of the plugin; Timeout when the instance came after the deadline
// of `ctx`; Internal when the plugin threw, returned null or an object that is
// not of its kind; Unsupported when the plugin is of another kind.

sdk::Result<std::unique_ptr<sdk::Storage>> createStorage(const LoadedPlugin& plugin,
                                                         sdk::Context& ctx, sdk::Host& host,
                                                         const sdk::Settings& settings);
sdk::Result<std::unique_ptr<sdk::Cache>> createCache(const LoadedPlugin& plugin, sdk::Context& ctx,
                                                     sdk::Host& host,
                                                     const sdk::Settings& settings);
sdk::Result<std::unique_ptr<sdk::Access>> createAccess(const LoadedPlugin& plugin,
                                                       sdk::Context& ctx, sdk::Host& host,
                                                       const sdk::Settings& settings);
sdk::Result<std::unique_ptr<sdk::Format>> createFormat(const LoadedPlugin& plugin,
                                                       sdk::Context& ctx, sdk::FormatHost& host,
                                                       const sdk::Settings& settings);

/// The plugin's own check of its settings, if it has one. What it finds goes to
/// `problems`; an exception from it is one more problem, placed at the settings.
void checkSettings(const LoadedPlugin& plugin, const sdk::Settings& settings,
                   sdk::SettingProblems& problems);

}  // namespace larder::plugin
