#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "larder/sdk/access.h"
#include "larder/sdk/settings.h"

namespace larder::config_access {

/// What the access section says, in the form it is asked for.
struct User {
  std::string hash;
  sdk::Identity identity;
};

struct Directory {
  std::map<std::string, User, std::less<>> users;
  std::map<std::string, std::vector<sdk::ProjectGrant>, std::less<>> grants;  ///< By repository.
};

/// Requires: check() found nothing.
Directory readDirectory(const sdk::Settings& settings);

/// "read", "write", "admin". Requires: one of them.
sdk::Verb verbOf(std::string_view word);

/// A grant's principal, from `user` or `group` and its words.
sdk::Grant grantTo(const sdk::Settings& grant);

}  // namespace larder::config_access
