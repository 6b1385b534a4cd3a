#pragma once

#include <memory>
#include <vector>

#include "core/auth/gate.h"
#include "core/auth/identities.h"

namespace larder::web {

/// The access rules in force for one site.
struct SiteSecurity {
  std::shared_ptr<auth::Identities> identities;
  std::shared_ptr<auth::Gate> gate;
};

/// Those of all sites, by site index; a reload replaces the whole. What the parts
/// refer to is kept alive by `owner`.
struct Security {
  std::vector<SiteSecurity> sites;
  std::shared_ptr<void> owner;
};

}  // namespace larder::web
