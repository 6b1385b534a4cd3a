#pragma once

#include <string_view>

#include "larder/sdk/repository.h"

namespace larder::pypi {

/// What a record accounts for: the blobs of a file. Pure.
/// Errors: Corrupt: another journal, a key of no known kind, a record that does not fit its key.
sdk::Result<sdk::Indexed> indexRecord(std::string_view journal, std::string_view key,
                                      std::string_view record);

}  // namespace larder::pypi
