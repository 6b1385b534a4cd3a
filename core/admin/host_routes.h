#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/admin/health_board.h"
#include "core/web/site.h"
#include "larder/sdk/format.h"

namespace larder::admin {

/// What the host's own addresses are about.
struct HostServices {
  HealthBoard& health;
  std::function<std::string()> metrics;  ///< In the Prometheus text format.
  const std::vector<web::Site>& sites;
  /// Rebuilds a repository's index; returns when it is done or `ctx` gives up on
  /// waiting: false, and it goes on.
  std::function<sdk::Result<bool>(sdk::Context& ctx, std::string_view repository)> rebuild;
};

/// /health, /metrics, /api/version and the like, /admin/rebuild. `services` and what
/// it refers to outlive the routes' use.
std::vector<sdk::Route> hostRoutes(const HostServices& services);

}  // namespace larder::admin
