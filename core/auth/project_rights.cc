#include "core/auth/project_rights.h"

#include <algorithm>

namespace larder::auth {
namespace {

bool holds(const std::vector<std::string>& names, const std::string& name) noexcept {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

bool Principals::contains(const sdk::Identity& identity) const noexcept {
  if (everyone) return true;
  if (identity.user.empty()) return false;
  if (authenticated || (admins && identity.admin) || holds(users, identity.user)) return true;
  return std::any_of(identity.groups.begin(), identity.groups.end(),
                     [this](const std::string& group) { return holds(groups, group); });
}

void Principals::add(const sdk::Grant& grant) {
  switch (grant.to) {
    case sdk::Grant::To::Everyone:
      everyone = true;
      break;
    case sdk::Grant::To::Authenticated:
      authenticated = true;
      break;
    case sdk::Grant::To::User:
      if (!holds(users, grant.name)) users.push_back(grant.name);
      break;
    case sdk::Grant::To::Group:
      if (!holds(groups, grant.name)) groups.push_back(grant.name);
      break;
  }
}

Principals principalsOf(const std::vector<std::string>& words) {
  Principals principals;
  for (const std::string& word : words) {
    if (word == "everyone") {
      principals.everyone = true;
    } else if (word == "authenticated") {
      principals.authenticated = true;
    } else if (word == "admin") {
      principals.admins = true;
    } else {
      principals.groups.push_back(word);
    }
  }
  return principals;
}

bool ProjectRights::allows(const sdk::Identity& identity, sdk::Verb verb) const noexcept {
  if (admin.contains(identity)) return true;
  if (verb == sdk::Verb::Read) return read.contains(identity);
  return verb == sdk::Verb::Write && write.contains(identity);
}

}  // namespace larder::auth
