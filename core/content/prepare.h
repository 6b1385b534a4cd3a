#pragma once

#include <memory>
#include <string>

#include "larder/sdk/host.h"

namespace larder::content {

/// See sdk::Host::prepare. The ETag of the identity form is a digest of its bytes, so every host
/// gives the same one; the gzip form has one of its own (RFC 9110 §8.8.3).
std::shared_ptr<const sdk::PreparedBody> prepare(std::string contentType, std::string bytes);

}  // namespace larder::content
