#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/repo/options.h"
#include "larder/sdk/format.h"
#include "larder/sdk/repository.h"

namespace larder::repo {

/// A repository's state: blobs and journals in a storage, indexed in a cache.
/// Thread-safe after attach(). Several hosts may open the same one at once, on one
/// cache or each on its own.
class Repository {
 public:
  explicit Repository(Parts parts);
  ~Repository();

  /// Says who indexes records. Requires: called once, before anything else.
  void attach(const sdk::Format& format);

  const std::string& name() const noexcept;
  sdk::Blobs& blobs() noexcept;
  /// The reference stays valid.
  sdk::Journal& journal(std::string_view name);
  /// The names of all journals in the storage, in byte order.
  sdk::Result<std::vector<std::string>> journals(sdk::Context& ctx);

  /// Probes the storage for conditional writes, takes the writer's lease where it
  /// has none, and brings the index up to the storage: an empty index is built, an
  /// older one catches up, one that is ahead is built anew.
  ///
  /// With readOnly only the index is written, and nothing is probed or leased.
  ///
  /// Errors: Unsupported when the storage ignores "if absent" and singleWriter is
  /// not set; Conflict when another writer holds the lease.
  sdk::Result<void> open(sdk::Context& ctx);

  /// Builds the index anew beside the live one and swaps it in.
  sdk::Result<RebuildReport> rebuild(sdk::Context& ctx, const ReportProgress& progress = {});

  /// Reads back everything that records need. Changes nothing. With `orphans` it
  /// also looks for blobs that no repository of the storage needs.
  struct VerifyScope {
    bool orphans = true;
  };
  sdk::Result<VerifyReport> verify(sdk::Context& ctx, const ReportProgress& progress,
                                   VerifyScope scope);
  sdk::Result<VerifyReport> verify(sdk::Context& ctx, const ReportProgress& progress = {}) {
    return verify(ctx, progress, VerifyScope());
  }

  /// Compares every journal with the storage and catches up.
  sdk::Result<void> tail(sdk::Context& ctx);

  /// Writes checkpoints, deletes entries past their retention and index generations
  /// that were replaced. One host at a time; the others return at once.
  sdk::Result<void> maintain(sdk::Context& ctx);

  /// Lets `jobs` call tail(), maintain() and the renewal of the writer's lease
  /// periodically. The repository must outlive the jobs.
  void scheduleUpkeep(sdk::Jobs& jobs);

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace larder::repo
