#include "core/repo/snapshot.h"

#include <algorithm>

#include "core/content/digests.h"

namespace larder::repo {

using sdk::Errc;
using sdk::Error;
using sdk::Result;

namespace {

/// What a single object's failure means: damage to report, or no answer at all.
bool isDamage(const Error& error) {
  return error.code() == Errc::Corrupt || error.code() == Errc::NotFound ||
         error.code() == Errc::TooLarge;
}

}  // namespace

Snapshot::Snapshot(Store& store, const Extent& extent, OnDamage onDamage)
    : store_(store),
      extent_(extent),
      log_(store, extent.journal, JournalKeys(extent.prefix)),
      onDamage_(std::move(onDamage)) {}

Result<std::optional<Manifest>> Snapshot::base(sdk::Context& ctx) {
  for (auto it = extent_.checkpoints.rbegin(); it != extent_.checkpoints.rend(); ++it) {
    auto manifest = log_.checkpoint(ctx, it->number);
    if (manifest) return std::optional<Manifest>(*std::move(manifest));
    if (!isDamage(manifest.error())) return std::move(manifest).error();
    onDamage_(Damage::Kind::DamagedCheckpoint, log_.keys().checkpoint(it->number),
              manifest.error().message());
  }
  return std::optional<Manifest>();
}

Result<void> Snapshot::addEntry(sdk::Context& ctx, std::uint64_t number, Parts& parts) {
  LARDER_TRY(stillWanted(ctx));
  auto entry = log_.read(ctx, number);
  if (!entry && !isDamage(entry.error())) return std::move(entry).error();
  if (!entry || !*entry) {
    onDamage_(Damage::Kind::DamagedEntry, log_.keys().entry(number),
              entry ? "the entry is not there" : entry.error().message());
    return {};
  }
  parts.time = (*entry)->time;
  for (sdk::Change& change : (*entry)->changes) {
    auto& changed = parts.changed[change.key];
    changed.reset();
    if (change.value) changed = StoredRecord{change.key, *std::move(change.value), number};
  }
  return {};
}

Result<Snapshot::Parts> Snapshot::parts(sdk::Context& ctx) {
  Parts parts;
  LARDER_TRY_ASSIGN(parts.base, base(ctx));
  const std::uint64_t first = parts.base ? parts.base->position + 1 : 1;
  const std::uint64_t last = extent_.entries.empty() ? 0 : extent_.entries.back().number;
  if (extent_.entries.empty() || first > last) return parts;
  // A whole run that is missing is one damage, however long.
  const std::uint64_t there = std::max(first, extent_.entries.front().number);
  if (there > first) {
    onDamage_(
        Damage::Kind::DamagedEntry, log_.keys().entry(first),
        "entries " + std::to_string(first) + " to " + std::to_string(there - 1) + " are not there");
  }
  for (std::uint64_t number = there; number <= last; ++number) {
    LARDER_TRY(addEntry(ctx, number, parts));
  }
  return parts;
}

Result<std::vector<StoredRecord>> Snapshot::readShard(sdk::Context& ctx, const Shard& shard) {
  LARDER_TRY(stillWanted(ctx));
  LARDER_TRY_ASSIGN(const std::string bytes, store_.read(ctx, shard.blob.key));
  if (content::digestOf(sdk::DigestAlgorithm::Sha256, bytes) != shard.blob.sha256) {
    return Error(Errc::Corrupt, shard.blob.key + ": a checkpoint's shard is damaged");
  }
  auto records = decodeRecords(bytes);
  if (!records) return std::move(records).error().within(shard.blob.key);
  return records;
}

Result<void> Snapshot::read(sdk::Context& ctx, const Each& each) {
  LARDER_TRY_ASSIGN(const Parts all, parts(ctx));
  auto at = all.changed.begin();
  const auto give = [&](const std::vector<StoredRecord>& records) -> Result<void> {
    for (const StoredRecord& record : records) LARDER_TRY(each(record));
    return {};
  };
  if (all.base) {
    for (const Shard& shard : all.base->shards) {
      auto records = readShard(ctx, shard);
      if (!records && !isDamage(records.error())) return std::move(records).error();
      if (!records) {
        onDamage_(Damage::Kind::DamagedCheckpoint, shard.blob.key, records.error().message());
        records = std::vector<StoredRecord>();
      }
      const auto end = all.changed.upper_bound(shard.last);
      LARDER_TRY(give(merged(*std::move(records), at, end)));
      at = end;
    }
  }
  return give(merged({}, at, all.changed.end()));
}

std::vector<StoredRecord> merged(std::vector<StoredRecord> records,
                                 Snapshot::Changed::const_iterator first,
                                 Snapshot::Changed::const_iterator last) {
  std::vector<StoredRecord> result;
  auto below = records.begin();
  for (auto it = first; it != last; ++it) {
    while (below != records.end() && below->key < it->first) result.push_back(std::move(*below++));
    if (below != records.end() && below->key == it->first) ++below;
    if (it->second) result.push_back(*it->second);
  }
  std::move(below, records.end(), std::back_inserter(result));
  return result;
}

}  // namespace larder::repo
