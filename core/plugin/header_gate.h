#pragma once

#include <string>
#include <string_view>

#include "larder/sdk/abi.h"
#include "larder/sdk/result.h"

namespace larder::plugin {

/// Compares what `header` says with this host's SDK and with the kind and name
/// its file promises. Reads nothing but the frozen header.
///
/// Errors: Unsupported, with every difference in one text, both sides named.
sdk::Result<void> checkHeader(const sdk::PluginHeader& header, std::string_view kind,
                              std::string_view name);

/// "1.0"
std::string sdkVersion(unsigned major, unsigned minor);

}  // namespace larder::plugin
