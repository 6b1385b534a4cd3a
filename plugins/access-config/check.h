#pragma once

#include "larder/sdk/settings.h"

namespace larder::config_access {

/// Everything that is wrong with users, groups and grants and can be seen in the
/// file alone.
void check(const sdk::Settings& settings, sdk::SettingProblems& problems);

}  // namespace larder::config_access
