#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "larder/sdk/repository.h"
#include "records.h"

namespace larder::pypi {

/// Decisions of commits that change a project: what is to be written, seen from `now`. No changes
/// means that everything is as wanted. Errors of all of them: NotFound with a text fit for the
/// client; those of `now`.

/// Takes a file away and keeps its name and digest in a tombstone. The project goes with its last
/// file unless it has a status worth keeping. `time` is microseconds since 1970.
sdk::Result<std::vector<sdk::Change>> decideDeletion(sdk::Context& ctx, sdk::RecordReader& now,
                                                     const std::string& project,
                                                     const std::string& filename,
                                                     std::int64_t time);

/// Yanks a version (PEP 592), also for its files to come; nothing for `reason` takes it back.
sdk::Result<std::vector<sdk::Change>> decideYank(sdk::Context& ctx, sdk::RecordReader& now,
                                                 const std::string& project,
                                                 const std::string& version,
                                                 const std::optional<std::string>& reason);

struct StatusChange {
  Status status = Status::Active;
  std::string reason;
  bool mayQuarantine = false;  ///< Imposing and lifting a quarantine takes more than writing.
};

/// Gives a project a status (PEP 792). Errors: also Forbidden without the right to quarantine.
sdk::Result<std::vector<sdk::Change>> decideStatus(sdk::Context& ctx, sdk::RecordReader& now,
                                                   const std::string& project,
                                                   const StatusChange& wanted);

}  // namespace larder::pypi
