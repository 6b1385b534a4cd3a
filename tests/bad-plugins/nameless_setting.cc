#include "bad_storage.h"

static constexpr larder::sdk::SettingSpec kSettings[] = {
    {nullptr, larder::sdk::SettingType::String, "", false, "Nameless"}};
BAD_PLUGIN((d.settings = kSettings, d.settingCount = 1));
