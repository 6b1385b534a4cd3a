#pragma once

#include <string>

#include "larder/sdk/format.h"

namespace larder::web {

/// Why a browser's request must not change anything here, or empty. A page of
/// another site can make a browser send forms with the user's credentials; what
/// the browser says of where they come from (Fetch Metadata's Sec-Fetch-Site,
/// else Origin, RFC 6454) tells them apart. Other clients send neither.
std::string crossSite(const sdk::Request& request);

/// Whether a method only reads (RFC 9110 §9.2.1).
bool isSafe(std::string_view method) noexcept;

}  // namespace larder::web
