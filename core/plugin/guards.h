#pragma once

#include <memory>

#include "larder/sdk/access.h"
#include "larder/sdk/cache.h"
#include "larder/sdk/format.h"
#include "larder/sdk/storage.h"

namespace larder::plugin {

// Each takes a plugin's object and returns one that keeps the contract towards
// the host whatever the plugin does: arguments are checked before a call, and
// exceptions, nulls and late or malformed answers become Errors, logged and
// counted (see Barrier). The optional interfaces the SDK names are guarded too;
// others are withheld. `host` must outlive the object; bodies of opened objects
// must not outlive it.
//
// Requires: `inner` is not null.

std::unique_ptr<sdk::Storage> guard(std::unique_ptr<sdk::Storage> inner, sdk::Host& host);
std::unique_ptr<sdk::Cache> guard(std::unique_ptr<sdk::Cache> inner, sdk::Host& host);
std::unique_ptr<sdk::Access> guard(std::unique_ptr<sdk::Access> inner, sdk::Host& host);

/// Asks the format for its routes at once and keeps them.
/// Errors: Internal when that fails or a route has no handler.
sdk::Result<std::unique_ptr<sdk::Format>> guard(std::unique_ptr<sdk::Format> inner,
                                                sdk::Host& host);

}  // namespace larder::plugin
