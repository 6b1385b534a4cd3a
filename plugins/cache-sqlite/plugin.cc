#include "larder/sdk/plugin.h"

#include <iterator>

#include "sqlite_cache.h"

namespace {

using larder::sdk::SettingSpec;
using larder::sdk::SettingType;

constexpr SettingSpec kSettings[] = {
    {"path", SettingType::Path, nullptr, false,
     "The cache's file, made when it is missing, with its directory. On a local file system; all "
     "servers of one machine may share it. Derived data: it can be deleted at any time."},
};

}  // namespace

LARDER_PLUGIN(larder::sdk::CachePlugin) = {
    .header = larder::sdk::makePluginHeader("cache", "sqlite", "0.1.0",
                                            "Records in one SQLite file"),
    .settings = kSettings,
    .settingCount = std::size(kSettings),
    .check = nullptr,
    .create = &larder::sqlite::SqliteCache::create,
};
