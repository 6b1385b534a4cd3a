#include "larder/sdk/plugin.h"

#include <iterator>

#include "filesystem_storage.h"

namespace {

using larder::sdk::SettingSpec;
using larder::sdk::SettingType;

constexpr SettingSpec kSettings[] = {
    {"path", SettingType::Path, nullptr, false,
     "Directory of the objects, made when it is missing. All of it on one local file system or "
     "on NFS; several servers may share it."},
    {"sync", SettingType::Boolean, "true", false,
     "Whether an upload is written through to the disk before it is acknowledged. `false` is "
     "faster and loses uploads in a power cut: for data that can be thrown away."},
};

}  // namespace

LARDER_PLUGIN(larder::sdk::StoragePlugin) = {
    .header = larder::sdk::makePluginHeader("storage", "filesystem", "0.1.0",
                                            "Objects as files in a directory"),
    .settings = kSettings,
    .settingCount = std::size(kSettings),
    .check = nullptr,
    .create = &larder::filesystem::FilesystemStorage::create,
};
