#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/repo/journal_index.h"
#include "core/repo/journal_log.h"
#include "core/repo/shared.h"

namespace larder::repo {

/// Builds a new generation of the index from the storage, beside the live one, and makes
/// it the live one. Used once.
class Rebuilder {
 public:
  Rebuilder(Shared& shared, const ReportProgress& progress);

  /// Errors: Conflict when another rebuild was quicker: its generation is live then.
  /// Unavailable when the cache went back or was emptied meanwhile.
  sdk::Result<RebuildReport> run(sdk::Context& ctx);

 private:
  sdk::Result<void> begin(sdk::Context& ctx);
  sdk::Result<bool> pass(sdk::Context& ctx);
  sdk::Result<void> fill(sdk::Context& ctx, const Extent& extent);
  sdk::Result<void> catchUp(sdk::Context& ctx, const Extent& extent, Head& head);
  sdk::Result<void> bringIn(sdk::Context& ctx, JournalIndex& index, const Entry& entry);
  sdk::Result<void> swap(sdk::Context& ctx);
  sdk::Result<void> checkEpoch(sdk::Context& ctx);
  sdk::Result<void> takeBack(sdk::Context& ctx);
  void damaged(const std::string& key, const std::string& text);
  void report(std::string_view doing);

  Shared& shared_;
  const ReportProgress& progress_;
  const std::string generation_;
  std::string epoch_;  ///< Of the cache that is filled.
  std::uint64_t markerVersion_ = 0;
  std::string live_;
  std::uint64_t liveVersion_ = 0;
  std::map<std::string, Head> heads_;  ///< What is in, by journal.
  RebuildReport report_;
};

/// Deletes generations that were replaced long enough ago.
sdk::Result<void> eraseOldGenerations(sdk::Context& ctx, Shared& shared);

}  // namespace larder::repo
