#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "larder/sdk/result.h"

namespace larder::config {

/// The value of an environment variable, or nothing when it is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

/// That of the process.
std::optional<std::string> processEnvironment(const std::string& name);

/// Replaces `${NAME}` and `${NAME:-default}` in `text`; `$${` stands for a literal `${`, and any
/// other '$' for itself, so that password hashes need no escapes. The default is taken when the
/// variable is not set or empty, and reaches to the next '}'. What a variable holds is taken as it
/// is, never looked at again.
///
/// Errors: Invalid: not set and without a default, a malformed name, no closing brace. The text
/// holds neither values nor defaults.
sdk::Result<std::string> substitute(std::string_view text, const Environment& environment);

}  // namespace larder::config
