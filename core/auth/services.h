#pragma once

#include "larder/sdk/host.h"

namespace larder::auth {

/// What the room needs of the host. All outlive whoever is given them.
struct Services {
  sdk::Logger& logger;
  sdk::Metrics& metrics;
  sdk::Clock& clock;
};

}  // namespace larder::auth
