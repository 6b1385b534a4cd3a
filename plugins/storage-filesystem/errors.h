#pragma once

#include <string_view>

#include "larder/sdk/context.h"
#include "larder/sdk/host.h"
#include "larder/sdk/result.h"

namespace larder::filesystem {

/// What the system's `error` means to the host, and what the operator can do.
sdk::Error systemError(int error, std::string_view doing, std::string_view path);

/// Cancelled or Timeout once the caller has stopped waiting.
sdk::Result<void> stillWanted(const sdk::Context& ctx, const sdk::Clock& clock);

}  // namespace larder::filesystem
