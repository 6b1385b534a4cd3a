#include "directory.h"

#include <algorithm>

namespace larder::config_access {
namespace {

void readGroups(const sdk::Settings& settings, Directory& directory) {
  for (const std::string& group : settings.keys("groups")) {
    for (const std::string& member : settings.listEntry("groups", group)) {
      const auto user = directory.users.find(member);
      if (user == directory.users.end()) continue;
      auto& groups = user->second.identity.groups;
      if (std::find(groups.begin(), groups.end(), group) == groups.end()) groups.push_back(group);
    }
  }
}

}  // namespace

sdk::Verb verbOf(std::string_view word) {
  if (word == "read") return sdk::Verb::Read;
  return word == "write" ? sdk::Verb::Write : sdk::Verb::Admin;
}

sdk::Grant grantTo(const sdk::Settings& grant) {
  using To = sdk::Grant::To;
  if (std::string user = grant.string("user"); !user.empty()) {
    return {.to = To::User, .name = std::move(user)};
  }
  std::string group = grant.string("group");
  if (group == "everyone") return {.to = To::Everyone, .name = {}};
  if (group == "authenticated") return {.to = To::Authenticated, .name = {}};
  return {.to = To::Group, .name = std::move(group)};
}

Directory readDirectory(const sdk::Settings& settings) {
  Directory directory;
  for (const std::string& name : settings.keys("users")) {
    const sdk::Settings& user = settings.entry("users", name);
    directory.users.emplace(
        name, User{.hash = user.string("password"),
                   .identity = {.user = name, .groups = {}, .admin = user.boolean("admin")}});
  }
  readGroups(settings, directory);
  for (const sdk::Settings* item : settings.items("grants")) {
    auto& grants = directory.grants[item->string("repository")];
    sdk::Grant grant = grantTo(*item);
    for (const std::string& verb : item->list("verbs")) {
      grant.verb = verbOf(verb);
      grants.push_back({.project = item->string("project"), .grant = grant});
    }
  }
  return directory;
}

}  // namespace larder::config_access
