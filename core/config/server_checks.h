#pragma once

#include <string>
#include <vector>

#include "core/config/problems.h"
#include "core/config/section.h"

namespace larder::config {

/// What the types of the server's settings cannot say: ranges, words, addresses, and what belongs
/// together. `listen` replaces server.listen unless it is empty.
void checkServer(const Section& server, const std::vector<std::string>& listen, Problems& problems);

}  // namespace larder::config
