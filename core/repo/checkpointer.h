#pragma once

#include <vector>

#include "core/repo/shared.h"
#include "core/repo/snapshot.h"

namespace larder::repo {

/// Compacts one journal: a checkpoint when enough has come since the last one, then away
/// with what is older than a checkpoint that is itself past the retention. Used once.
class Checkpointer {
 public:
  Checkpointer(Shared& shared, const Extent& extent);

  sdk::Result<void> run(sdk::Context& ctx);

 private:
  void damaged(const std::string& key, const std::string& text);
  bool isDue() const;
  bool isOld(const Extent::Object& object) const;
  sdk::Result<void> write(sdk::Context& ctx);
  sdk::Result<void> merge(sdk::Context& ctx, const Snapshot::Parts& parts);
  sdk::Result<void> flush(sdk::Context& ctx, bool all);
  sdk::Result<void> storeShard(sdk::Context& ctx, std::span<const StoredRecord> records);
  sdk::Result<void> prune(sdk::Context& ctx);

  Shared& shared_;
  const Extent& extent_;
  JournalLog log_;
  Snapshot snapshot_;
  bool damaged_ = false;
  std::vector<Shard> shards_;           ///< Of the new checkpoint.
  std::vector<StoredRecord> buffered_;  ///< For its next shards.
};

}  // namespace larder::repo
