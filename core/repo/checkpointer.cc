#include "core/repo/checkpointer.h"

#include <algorithm>

namespace larder::repo {

using sdk::Errc;
using sdk::Error;
using sdk::Result;

Checkpointer::Checkpointer(Shared& shared, const Extent& extent)
    : shared_(shared),
      extent_(extent),
      log_(shared.store, extent.journal, JournalKeys(extent.prefix)),
      snapshot_(shared.store, extent,
                [this](Damage::Kind, const std::string& key, const std::string& text) {
                  damaged(key, text);
                }) {}

void Checkpointer::damaged(const std::string& key, const std::string& text) {
  damaged_ = true;
  shared_.parts.logger.error("repo.checkpoint.damaged",
                             "a journal that cannot be read in full is not compacted",
                             {{"repository", shared_.parts.name}, {"key", key}, {"reason", text}});
}

Result<void> Checkpointer::run(sdk::Context& ctx) {
  if (isDue()) LARDER_TRY(write(ctx));
  return prune(ctx);
}

bool Checkpointer::isOld(const Extent::Object& object) const {
  return shared_.parts.clock.now() - object.modified > shared_.options().retention;
}

bool Checkpointer::isDue() const {
  const std::uint64_t last = extent_.checkpoints.empty() ? 0 : extent_.checkpoints.back().number;
  const auto first = std::find_if(extent_.entries.begin(), extent_.entries.end(),
                                  [&](const Extent::Object& entry) { return entry.number > last; });
  const auto count = static_cast<std::size_t>(extent_.entries.end() - first);
  std::uint64_t bytes = 0;
  for (auto entry = first; entry != extent_.entries.end(); ++entry) bytes += entry->size;
  const Options& options = shared_.options();
  if (count >= options.checkpointEntries || bytes >= options.checkpointBytes) return true;
  return count >= shared_.options().checkpointOldEntries && isOld(*first);
}

Result<void> Checkpointer::write(sdk::Context& ctx) {
  LARDER_TRY_ASSIGN(const Snapshot::Parts parts, snapshot_.parts(ctx));
  if (damaged_) return {};
  LARDER_TRY(merge(ctx, parts));
  LARDER_TRY(shared_.blobs.makeDurable(ctx));
  const Manifest manifest{extent_.journal, extent_.last(), secondsNow(shared_.parts.clock),
                          std::move(shards_)};
  auto created =
      shared_.store.create(ctx, log_.keys().checkpoint(manifest.position), encode(manifest));
  if (!created && !created.is(Errc::Conflict)) {
    return std::move(created).error().within("writing a checkpoint");
  }
  return {};
}

/// Shards that no change touches are taken over as they are, unless what lies before them
/// is too little for a shard of its own.
Result<void> Checkpointer::merge(sdk::Context& ctx, const Snapshot::Parts& parts) {
  auto at = parts.changed.begin();
  const std::size_t few = shared_.options().shardRecords / 4;
  const std::vector<Shard> none;
  const std::vector<Shard>& old = parts.base ? parts.base->shards : none;
  for (std::size_t i = 0; i < old.size(); ++i) {
    // The last one also takes what comes after it.
    const auto end =
        i + 1 == old.size() ? parts.changed.end() : parts.changed.lower_bound(old[i + 1].first);
    const bool small = !buffered_.empty() && buffered_.size() < few;
    if (at == end && !small) {
      LARDER_TRY(flush(ctx, true));
      shards_.push_back(old[i]);
      continue;
    }
    LARDER_TRY_ASSIGN(std::vector<StoredRecord> records, snapshot_.readShard(ctx, old[i]));
    for (StoredRecord& record : merged(std::move(records), at, end)) {
      buffered_.push_back(std::move(record));
    }
    at = end;
    LARDER_TRY(flush(ctx, false));
  }
  for (StoredRecord& record : merged({}, at, parts.changed.end())) {
    buffered_.push_back(std::move(record));
  }
  return flush(ctx, true);
}

/// Stores what is buffered in shards, of equal size where they are several.
Result<void> Checkpointer::flush(sdk::Context& ctx, bool all) {
  std::size_t bytes = 0;
  for (const StoredRecord& record : buffered_) bytes += record.key.size() + record.value.size();
  const std::size_t most = shared_.options().shardRecords;
  const std::size_t shards =
      std::max((buffered_.size() + most - 1) / most,
               (bytes + shared_.options().shardBytes - 1) / shared_.options().shardBytes);
  if (buffered_.empty() || (!all && buffered_.size() < most / 4)) return {};
  std::span<const StoredRecord> rest = buffered_;
  for (std::size_t left = std::min(shards, buffered_.size()); left > 0; --left) {
    const std::size_t n = (rest.size() + left - 1) / left;
    LARDER_TRY(storeShard(ctx, rest.first(n)));
    rest = rest.subspan(n);
  }
  buffered_.clear();
  return {};
}

Result<void> Checkpointer::storeShard(sdk::Context& ctx, std::span<const StoredRecord> records) {
  LARDER_TRY_ASSIGN(sdk::BlobRef blob,
                    shared_.blobs.put(ctx, encode(records), "application/x-ndjson"));
  shards_.push_back({std::move(blob), records.front().key, records.back().key, records.size()});
  return {};
}

Result<void> Checkpointer::prune(sdk::Context& ctx) {
  std::uint64_t covered = 0;
  for (const Extent::Object& checkpoint : extent_.checkpoints) {
    if (isOld(checkpoint)) covered = checkpoint.number;
  }
  const bool some = (!extent_.entries.empty() && extent_.entries.front().number <= covered) ||
                    (!extent_.checkpoints.empty() && extent_.checkpoints.front().number < covered);
  if (!some) return {};
  // Only a checkpoint that can be read replaces what it stands for.
  const auto manifest = log_.checkpoint(ctx, covered);
  if (manifest.is(Errc::Corrupt))
    damaged(log_.keys().checkpoint(covered), manifest.error().message());
  if (damaged_) return {};
  if (!manifest) return Error(manifest.error());
  for (const Shard& shard : manifest->shards) {
    const auto records = snapshot_.readShard(ctx, shard);
    if (records) continue;
    if (!records.is(Errc::Corrupt) && !records.is(Errc::NotFound)) return Error(records.error());
    damaged(shard.blob.key, records.error().message());
    return {};
  }
  for (const Extent::Object& entry : extent_.entries) {
    if (entry.number > covered) break;
    LARDER_TRY(stillWanted(ctx));
    LARDER_TRY(shared_.store.storage().remove(ctx, log_.keys().entry(entry.number)));
  }
  for (const Extent::Object& checkpoint : extent_.checkpoints) {
    if (checkpoint.number >= covered) break;
    LARDER_TRY(shared_.store.storage().remove(ctx, log_.keys().checkpoint(checkpoint.number)));
  }
  return {};
}

}  // namespace larder::repo
