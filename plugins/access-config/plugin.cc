#include "larder/sdk/plugin.h"

#include <iterator>

#include "check.h"
#include "config_access.h"

namespace {

using larder::sdk::SettingSpec;
using larder::sdk::SettingType;

constexpr SettingSpec kUser[] = {
    {"password", SettingType::String, nullptr, true,
     "The user's password hash, made with `larder hash-password`: crypt(3) (`$y$`, `$6$`, `$5$`, "
     "`$2b$`), argon2, or passlib's `$pbkdf2-sha512$` and `$pbkdf2-sha256$`."},
    {"admin", SettingType::Boolean, "false", false,
     "Whether the user is an administrator, with every right on every project."},
};

constexpr SettingSpec kGrant[] = {
    {"repository", SettingType::Repository, nullptr, false, "The repository the project is in."},
    {"project", SettingType::String, nullptr, false,
     "The project, in any spelling of its name. A project with any grant of its own no longer has "
     "the repository's `default_read` and `default_write`."},
    {"user", SettingType::String, "", false, "Who is given the right: a user, or …"},
    {"group", SettingType::String, "", false,
     "… a group, or one of the words `everyone` and `authenticated`."},
    {"verbs", SettingType::List, nullptr, false,
     "One or more of `read`, `write` and `admin`. `write` doesn't include `read`; `admin` includes "
     "both."},
};

constexpr SettingSpec kSettings[] = {
    {"users", SettingType::Maps, "", false, "Users by name.", kUser, std::size(kUser)},
    {"groups", SettingType::Lists, "", false, "Groups by name, each a list of users."},
    {"grants", SettingType::MapList, "", false, "Rights on single projects.", kGrant,
     std::size(kGrant)},
};

}  // namespace

LARDER_PLUGIN(larder::sdk::AccessPlugin) = {
    .header = larder::sdk::makePluginHeader("access", "config", "1.0.0",
                                            "Users, groups and grants in the configuration file"),
    .settings = kSettings,
    .settingCount = std::size(kSettings),
    .check = &larder::config_access::check,
    .create = &larder::config_access::ConfigAccess::create,
};
