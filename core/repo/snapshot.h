#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/repo/journal_log.h"
#include "core/repo/options.h"

namespace larder::repo {

/// Reads all records of one journal from the storage: a checkpoint's shards, and the
/// entries after it laid over them. Holds one shard and the entries' changes in memory.
class Snapshot {
 public:
  /// Told of what cannot be read, which is then left out.
  using OnDamage =
      std::function<void(Damage::Kind kind, const std::string& key, const std::string& text)>;
  using Each = std::function<sdk::Result<void>(const StoredRecord&)>;
  /// The records that entries changed; nothing: gone.
  using Changed = std::map<std::string, std::optional<StoredRecord>>;

  Snapshot(Store& store, const Extent& extent, OnDamage onDamage);

  /// Calls `each` in order of keys. Requires: called once.
  sdk::Result<void> read(sdk::Context& ctx, const Each& each);

  /// The last checkpoint that can be read, with the changes since.
  struct Parts {
    std::optional<Manifest> base;
    Changed changed;
    std::int64_t time = 0;  ///< Of the last entry read; 0: none was.
  };
  sdk::Result<Parts> parts(sdk::Context& ctx);

  sdk::Result<std::vector<StoredRecord>> readShard(sdk::Context& ctx, const Shard& shard);

 private:
  sdk::Result<std::optional<Manifest>> base(sdk::Context& ctx);
  sdk::Result<void> addEntry(sdk::Context& ctx, std::uint64_t number, Parts& parts);

  Store& store_;
  const Extent& extent_;
  JournalLog log_;
  OnDamage onDamage_;
};

/// Lays changes over records: both in order of keys.
std::vector<StoredRecord> merged(std::vector<StoredRecord> records,
                                 Snapshot::Changed::const_iterator first,
                                 Snapshot::Changed::const_iterator last);

}  // namespace larder::repo
