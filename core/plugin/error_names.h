#pragma once

#include <string>

#include "larder/sdk/result.h"

namespace larder::plugin {

/// "not_found": the label value and field under which an error code is shown.
std::string errorName(sdk::Errc code);

}  // namespace larder::plugin
