#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "core/repo/journal_log.h"
#include "core/repo/shared.h"
#include "core/repo/snapshot.h"

namespace larder::repo {

/// Reads back what a repository's records need. Used once. Each blob is read once, and a
/// few bytes are kept for it.
class Verifier {
 public:
  Verifier(Shared& shared, const ReportProgress& progress);

  sdk::Result<VerifyReport> run(sdk::Context& ctx, bool orphans);

 private:
  sdk::Result<void> checkJournal(sdk::Context& ctx, const Extent& extent);
  sdk::Result<void> checkRest(sdk::Context& ctx, const Extent& extent);
  sdk::Result<void> checkRecord(sdk::Context& ctx, const std::string& journal,
                                const StoredRecord& record);
  sdk::Result<void> checkBlob(sdk::Context& ctx, const std::string& journal,
                              const sdk::BlobUse& use);
  struct Finding {
    Damage::Kind kind;
    std::string text;
  };
  sdk::Result<std::optional<Finding>> readBlob(sdk::Context& ctx, const sdk::BlobUse& use);
  sdk::Result<void> findOrphans(sdk::Context& ctx);
  void add(Damage damage);

  Shared& shared_;
  const ReportProgress& progress_;
  std::unordered_set<std::uint64_t> good_;  ///< Hashes of what was read and found right.
  std::map<std::string, Damage> bad_;       ///< By key and what was wanted of it.
  VerifyReport report_;
};

}  // namespace larder::repo
