#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "larder/sdk/access.h"

namespace larder::auth {

/// A set of people: what a list in the configuration or the grants of one verb
/// come to.
struct Principals {
  bool everyone = false;
  bool authenticated = false;
  bool admins = false;
  std::vector<std::string> users;
  std::vector<std::string> groups;

  bool contains(const sdk::Identity& identity) const noexcept;
  void add(const sdk::Grant& grant);
};

/// From group names and the words everyone, authenticated and admin.
Principals principalsOf(const std::vector<std::string>& words);

/// The grants on one project. Their being there takes the defaults away.
struct ProjectRights {
  Principals read;
  Principals write;
  Principals admin;  ///< Includes reading and writing.

  /// Requires: verb is Read, Write or Admin.
  bool allows(const sdk::Identity& identity, sdk::Verb verb) const noexcept;
};

struct ProjectNameHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view name) const noexcept {
    return std::hash<std::string_view>()(name);
  }
};

/// By normalised name.
using RightsByProject =
    std::unordered_map<std::string, ProjectRights, ProjectNameHash, std::equal_to<>>;

}  // namespace larder::auth
