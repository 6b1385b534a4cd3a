#pragma once

#include <memory>
#include <string_view>

#include "larder/sdk/format.h"

namespace larder::web {

/// Bounds of a form that do not depend on the upload limit.
inline constexpr std::size_t kMaxFormParts = 2000;
inline constexpr std::size_t kMaxFieldBytes = std::size_t{8} * 1024 * 1024;    ///< One field.
inline constexpr std::size_t kMaxFieldsBytes = std::size_t{16} * 1024 * 1024;  ///< All together.

/// Parses a body by its Content-Type: multipart/form-data (RFC 7578),
/// application/x-www-form-urlencoded, or a JSON object of scalars and lists of
/// scalars. An empty body is an empty form. Files refer to `body`, which they keep.
///
/// Errors: Invalid and TooLarge with a sentence for the client; those of reading.
sdk::Result<sdk::Form> parseForm(std::string_view contentType,
                                 const std::shared_ptr<sdk::SpooledContent>& body);

}  // namespace larder::web
