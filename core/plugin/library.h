#pragma once

#include <string>

#include "core/plugin/loaded_plugin.h"
#include "larder/sdk/result.h"

namespace larder::plugin {

/// Checks and loads the library at `path` as <kind>-<name>; one that is loaded
/// already is returned as it is. Thread-safe.
///
/// Requires: `path` is absolute and without links.
sdk::Result<const LoadedPlugin*> openLibrary(const std::string& path, const std::string& kind,
                                             const std::string& name);

}  // namespace larder::plugin
