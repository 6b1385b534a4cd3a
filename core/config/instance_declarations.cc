#include "core/config/declarations.h"

namespace larder::config {

namespace {

using sdk::SettingSpec;
using sdk::SettingType;

constexpr SettingSpec kStorage[] = {
    {"plugin", SettingType::String, nullptr, false,
     "The backend: NAME stands for the plugin `storage-NAME`."},
    {"single_writer", SettingType::Boolean, "false", false,
     "true: this is the only larder that writes here. Needed where the store can't write \"only if "
     "absent\"; a lease in the store guards it."},
    {"collect_every", SettingType::Duration, "6h", false,
     "How often to look for files that no package needs any more; 0: never."},
    {"collect_after", SettingType::Duration, "24h", false,
     "How long such a file is kept once found, and looked for again, before it is deleted: 2h "
     "at least, and twice `server.handler_timeout`."},
    {"keep_entries", SettingType::Duration, "24h", false,
     "How long journal entries are kept after a checkpoint holds them: 2h at least, and twice "
     "`server.handler_timeout`."},
    {"tail_every", SettingType::Duration, "5s", false,
     "How often to look for changes by other hosts that don't share the cache."},
};

constexpr SettingSpec kCache[] = {
    {"plugin", SettingType::String, nullptr, false,
     "The backend: NAME stands for the plugin `cache-NAME`."},
};

constexpr SettingSpec kAccess[] = {
    {"plugin", SettingType::String, nullptr, false,
     "The backend: NAME stands for the plugin `access-NAME`."},
};

constexpr SettingSpec kComposed[] = {
    {"users", SettingType::String, nullptr, false,
     "The name under `access` that says who people are."},
    {"grants", SettingType::String, nullptr, false,
     "The name under `access` that says what they may."},
};

constexpr SettingSpec kRepository[] = {
    {"format", SettingType::String, nullptr, false,
     "The package format: NAME stands for the plugin `format-NAME`."},
    {"storage", SettingType::String, nullptr, false, "A name under `storage`."},
    {"cache", SettingType::String, nullptr, false, "A name under `cache`."},
    {"access", SettingType::String, nullptr, false, "A name under `access`."},
    {"mount", SettingType::String, "/", false,
     "Where its addresses start. Several repositories of one format need different ones."},
    {"default_read", SettingType::List, "[everyone]", false,
     "Who may read projects without grants of their own: `everyone`, `authenticated`, `admin`, "
     "group names. Nobody but administrators: `[]`."},
    {"default_write", SettingType::List, "[authenticated]", false,
     "Who may upload to projects without grants of their own. `everyone` is accepted only where "
     "larder listens on loopback or a unix socket."},
    {"overwrite", SettingType::List, "", false,
     "Who, of those who may write, may replace a published file."},
    {"delete", SettingType::List, "[authenticated]", false,
     "Who, of those who may write, may delete."},
    {"downloads", SettingType::String, "redirect", false,
     "`redirect`: where the storage can, clients fetch files from it directly; `stream`: always "
     "through larder."},
};

}  // namespace

std::span<const SettingSpec> storageSettings() { return kStorage; }
std::span<const SettingSpec> cacheSettings() { return kCache; }
std::span<const SettingSpec> accessSettings() { return kAccess; }
std::span<const SettingSpec> composedAccessSettings() { return kComposed; }
std::span<const SettingSpec> repositorySettings() { return kRepository; }

}  // namespace larder::config
