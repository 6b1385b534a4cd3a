#include "core/repo/blob_store.h"

#include "core/base/hex.h"
#include "core/content/digests.h"
#include "core/content/spooled.h"
#include "core/repo/checked_content.h"
#include "core/repo/layout.h"

namespace larder::repo {

using sdk::Errc;
using sdk::Error;
using sdk::Result;

namespace {

constexpr std::size_t kSha256Hex = 64;
// A younger blob may have been put by another process and not be durable yet.
constexpr std::chrono::hours kSurelyDurable{1};

}  // namespace

BlobStore::BlobStore(Store& store)
    : store_(store), barrier_(sdk::facet<sdk::DurabilityBarrier>(store.storage())) {}

Result<BlobStore::Found> BlobStore::look(sdk::Context& ctx, std::string_view key,
                                         std::uint64_t size) {
  const auto info = store_.storage().stat(ctx, key);
  if (info.is(Errc::NotFound)) return Found::Nothing;
  if (!info) return Error(info.error());
  if (info->size != size) return Found::Doubtful;
  const bool durable =
      barrier_ == nullptr || store_.parts().clock.now() - info->modified > kSurelyDurable;
  return durable ? Found::Usable : Found::Doubtful;
}

Result<void> BlobStore::write(sdk::Context& ctx, std::string_view key, sdk::Content& content,
                              std::string_view contentType, sdk::Durability durability) {
  LARDER_TRY(content.rewind());
  auto stored = store_.storage().put(ctx, key, content,
                                     {.contentType = contentType, .durability = durability});
  if (!stored) return std::move(stored).error();
  ++written_.lock()->puts;
  return {};
}

Result<sdk::BlobRef> BlobStore::put(sdk::Context& ctx, sdk::Content& content,
                                    std::string_view sha256, std::string_view contentType) {
  if (!isLowerHex(sha256, kSha256Hex)) {
    return Error(Errc::Invalid, "\"" + std::string(sha256) + "\" is no SHA-256");
  }
  LARDER_TRY(store_.mayWrite());
  CheckedContent checked(content, sha256);
  sdk::BlobRef blob{blobKey(sha256), std::string(sha256), content.size()};
  // A key that was ever condemned is left alone: its deletion may still be under way.
  LARDER_TRY_ASSIGN(const bool condemned, store_.exists(ctx, condemnedKey(blob.key)));
  if (condemned) {
    blob.key = blobKey(sha256, randomHex(kBlobNonceHex / 2));
    LARDER_TRY(write(ctx, blob.key, checked, contentType, sdk::Durability::Later));
    return blob;
  }
  LARDER_TRY_ASSIGN(const Found found, look(ctx, blob.key, blob.size));
  if (found == Found::Usable) {
    LARDER_TRY(checked.check());
  } else {
    // What is there may be durable, and needed: it may only be replaced by what is, too.
    const bool replaces = found == Found::Doubtful;
    LARDER_TRY(write(ctx, blob.key, checked, contentType,
                     replaces ? sdk::Durability::Now : sdk::Durability::Later));
  }
  return blob;
}

Result<sdk::BlobRef> BlobStore::put(sdk::Context& ctx, const std::string& bytes,
                                    std::string_view contentType) {
  const auto content = content::makeContent(bytes);
  return put(ctx, *content, content::digestOf(sdk::DigestAlgorithm::Sha256, bytes), contentType);
}

Result<sdk::OpenObject> BlobStore::open(sdk::Context& ctx, std::string_view key,
                                        sdk::ByteRange range) {
  if (!blobDigest(key)) {
    return Error(Errc::NotFound, "\"" + std::string(key) + "\" is no blob's key");
  }
  return store_.storage().open(ctx, key, range);
}

Result<void> BlobStore::makeDurable(sdk::Context& ctx) {
  if (barrier_ == nullptr) return {};
  auto written = written_.lock();
  const std::uint64_t wanted = written->puts;
  while (written->durable < wanted) {
    LARDER_TRY(stillWanted(ctx));
    if (written->syncing) {
      synced_.wait_for(written.raw(), std::chrono::milliseconds(100));
      continue;
    }
    written->syncing = true;
    const std::uint64_t covered = written->puts;
    written.raw().unlock();
    auto synced = barrier_->sync(ctx);
    written.raw().lock();
    written->syncing = false;
    if (synced) written->durable = covered;
    synced_.notify_all();
    if (!synced) return synced;
  }
  return {};
}

}  // namespace larder::repo
