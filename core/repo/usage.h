#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "core/repo/journal_log.h"
#include "core/repo/store.h"

namespace larder::repo {

/// Which blobs are needed by the records and checkpoints of all repositories of a storage,
/// as their journals say. Formats are not asked: records name their blobs' keys in full.
/// Keeps eight bytes and a little per blob; two keys may share them, so garbage is
/// sometimes kept and a needed blob never taken for garbage.
class Usage {
 public:
  /// Errors: Corrupt when anything cannot be read: then nothing is known to be unused.
  sdk::Result<void> read(sdk::Context& ctx, Store& store, const ReportProgress& progress);

  bool uses(std::string_view key) const { return used_.contains(hash(key)); }

 private:
  static std::uint64_t hash(std::string_view key) { return std::hash<std::string_view>()(key); }
  sdk::Result<void> readRepository(sdk::Context& ctx, Store& store, const std::string& journals,
                                   const ReportProgress& progress);
  sdk::Result<void> readJournal(sdk::Context& ctx, Store& store, const Extent& extent);
  sdk::Result<void> addShards(sdk::Context& ctx, Store& store, const Extent& extent);
  void addFrom(std::string_view record);

  std::unordered_set<std::uint64_t> used_;
};

/// Calls `each` for every object that has a blob's key.
sdk::Result<void> listBlobs(sdk::Context& ctx, Store& store,
                            const std::function<sdk::Result<void>(const sdk::ObjectInfo&)>& each);

}  // namespace larder::repo
