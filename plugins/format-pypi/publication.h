#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "larder/sdk/repository.h"
#include "records.h"

namespace larder::pypi {

/// Everything that decides whether and how a file is published.
struct Publication {
  FileRecord file;
  bool mayReplace = false;  ///< The uploader may put another file in a published one's place.
  bool mayRead = false;     ///< Refusals may say what is published.
  bool tombstones = false;  ///< A deleted file's name can't be used for other bytes.
};

struct PublicationOutcome {
  enum class Kind : std::uint8_t {
    Published,
    Replaced,
    Unchanged,  ///< The same bytes are there already; nothing is written.
  };
  Kind kind = Kind::Published;
  FileRecord file;       ///< As it is published after the decision.
  std::string replaced;  ///< Name of the file whose place it took, if any.
};

/// What publishing changes, seen from `now`: the decision of a commit, and a look ahead before
/// blobs are stored. `outcome` says how it ended. Of all spellings of one distribution's name (see
/// identityOf()) one is published at most: another one takes its place or is refused.
///
/// Errors: Conflict ("File already exists…"); Forbidden when the project is archived or
/// quarantined; those of `now`. The texts of the first two are fit for the client.
sdk::Result<std::vector<sdk::Change>> decidePublication(sdk::Context& ctx, sdk::RecordReader& now,
                                                        const Publication& publication,
                                                        PublicationOutcome& outcome);

}  // namespace larder::pypi
