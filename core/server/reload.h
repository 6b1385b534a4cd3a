#pragma once

#include <string>
#include <vector>

#include "core/observe/log.h"
#include "core/server/blueprint.h"

namespace larder::server {

/// The settings that differ between two configurations and are read only at the
/// start, by their paths.
std::vector<std::string> needRestart(const Blueprint& before, const Blueprint& after);

/// The first repository of `before` that `after` does not have, or empty.
std::string removedRepository(const Blueprint& before, const Blueprint& after);

/// Puts `log.format` and `log.level` in force.
void applyLogSettings(const config::Section& server, observe::LogSink& sink);

}  // namespace larder::server
