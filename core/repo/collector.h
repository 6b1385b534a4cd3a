#pragma once

#include <utility>

#include "core/repo/options.h"

namespace larder::repo {

/// Deletes blobs that no repository of a storage needs any more.
///
/// It marks what is used by reading the journals of all repositories in the storage,
/// also of those this host does not serve: records name their blobs' keys in full.
/// What is unused and old is condemned; what is still unused after the condemn
/// period is deleted. Anything that cannot be read stops it before it deletes.
class Collector {
 public:
  explicit Collector(StoreParts parts) : parts_(std::move(parts)) {}

  /// One pass. One host at a time; the others answer `skipped`.
  sdk::Result<CollectReport> run(sdk::Context& ctx, const ReportProgress& progress = {});

 private:
  StoreParts parts_;
};

}  // namespace larder::repo
