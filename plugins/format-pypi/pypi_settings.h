#pragma once

#include <iterator>

#include "larder/sdk/settings.h"

namespace larder::pypi {

inline constexpr sdk::SettingSpec kUpstreamSettings[] = {
    {"mode", sdk::SettingType::String, "none", false,
     "What to do about projects that are not here. `none`: they do not exist. This version has no "
     "other mode."},
};

inline constexpr sdk::SettingSpec kSettings[] = {
    {"tombstones", sdk::SettingType::Boolean, "false", false,
     "Whether the name of a deleted file stays reserved: only the same bytes can be uploaded under "
     "it again."},
    {"upstream", sdk::SettingType::Map, "", false, "An index to fall back to.", kUpstreamSettings,
     std::size(kUpstreamSettings)},
};

/// What the declarations above cannot say; see sdk::Plugin::check.
void checkSettings(const sdk::Settings& settings, sdk::SettingProblems& problems);

}  // namespace larder::pypi
