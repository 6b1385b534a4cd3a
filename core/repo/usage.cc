#include "core/repo/usage.h"

#include <algorithm>

#include "core/repo/layout.h"
#include "core/repo/snapshot.h"

namespace larder::repo {

using sdk::Errc;
using sdk::Error;
using sdk::Result;

namespace {

constexpr std::size_t kBlobKey = 13 + 3 + 64;  // "blobs/sha256/", "ab/", the digest

}  // namespace

Result<void> Usage::read(sdk::Context& ctx, Store& store, const ReportProgress& progress) {
  std::string after;
  while (true) {
    std::string first;
    LARDER_TRY(
        store.list(ctx, std::string(kRepositories), after, [&](const sdk::ObjectInfo& object) {
          first = object.key;
          return Result<bool>(false);
        }));
    if (first.empty()) return {};
    const std::string_view path = std::string_view(first).substr(kRepositories.size());
    const std::string segment(path.substr(0, path.find('/')));
    LARDER_TRY(readRepository(ctx, store, journalsPrefixOfSegment(segment), progress));
    // Nothing of the repository sorts after this.
    after = std::string(kRepositories) + segment + "/~";
  }
}

Result<void> Usage::readRepository(sdk::Context& ctx, Store& store, const std::string& journals,
                                   const ReportProgress& progress) {
  LARDER_TRY_ASSIGN(const auto extents, listJournals(ctx, store, journals));
  for (const Extent& extent : extents) {
    LARDER_TRY(readJournal(ctx, store, extent));
    LARDER_TRY(addShards(ctx, store, extent));
    if (progress) progress({"blobs marked", used_.size()});
  }
  return {};
}

Result<void> Usage::readJournal(sdk::Context& ctx, Store& store, const Extent& extent) {
  std::string damage;
  Snapshot snapshot(store, extent,
                    [&](Damage::Kind, const std::string& key, const std::string& text) {
                      if (damage.empty()) damage = key + ": " + text;
                    });
  LARDER_TRY(snapshot.read(ctx, [&](const StoredRecord& record) {
    addFrom(record.value);
    return Result<void>();
  }));
  if (!damage.empty()) return Error(Errc::Corrupt, damage);
  return {};
}

Result<void> Usage::addShards(sdk::Context& ctx, Store& store, const Extent& extent) {
  JournalLog log(store, extent.journal, JournalKeys(extent.prefix));
  for (const Extent::Object& checkpoint : extent.checkpoints) {
    const auto manifest = log.checkpoint(ctx, checkpoint.number);
    // The last one was read before. An older one that can't be read serves nobody.
    if (manifest.is(Errc::Corrupt) || manifest.is(Errc::NotFound)) continue;
    if (!manifest) return Error(manifest.error());
    for (const Shard& shard : manifest->shards) used_.insert(hash(shard.blob.key));
  }
  return {};
}

/// Finds keys in a record of any form, also where JSON writes '/' as "\/".
void Usage::addFrom(std::string_view record) {
  std::string unescaped;
  if (record.find("\\/") != std::string_view::npos) {
    for (std::size_t i = 0; i < record.size(); ++i) {
      if (record[i] == '\\' && i + 1 < record.size() && record[i + 1] == '/') continue;
      unescaped.push_back(record[i]);
    }
    record = unescaped;
  }
  for (std::size_t at = record.find(kBlobs); at != std::string_view::npos;
       at = record.find(kBlobs, at + 1)) {
    const std::string_view anew = record.substr(at, kBlobKey + 1 + kBlobNonceHex);
    const std::string_view plain = record.substr(at, kBlobKey);
    if (blobDigest(anew)) {
      used_.insert(hash(anew));
    } else if (blobDigest(plain)) {
      used_.insert(hash(plain));
    }
  }
}

Result<void> listBlobs(sdk::Context& ctx, Store& store,
                       const std::function<Result<void>(const sdk::ObjectInfo&)>& each) {
  return store.list(ctx, std::string(kBlobs), {},
                    [&](const sdk::ObjectInfo& object) -> Result<bool> {
                      if (blobDigest(object.key)) LARDER_TRY(each(object));
                      return true;
                    });
}

}  // namespace larder::repo
