#include <algorithm>

#include "core/base/storage_key.h"
#include "core/plugin/barrier.h"
#include "core/plugin/guarded_source.h"
#include "core/plugin/guards.h"

namespace larder::plugin {
namespace {

sdk::Result<void> checkKey(std::string_view key) {
  if (isStorageKey(key)) return {};
  return sdk::Error(sdk::Errc::Invalid,
                    "\"" + std::string(key.substr(0, 100)) + "\" is no storage key");
}

sdk::Result<void> checkListing(std::string_view prefix, std::size_t limit) {
  if (!isStoragePrefix(prefix)) {
    return sdk::Error(sdk::Errc::Invalid, "\"" + std::string(prefix.substr(0, 100)) +
                                              "\" is no beginning of a storage key");
  }
  if (limit < 1 || limit > 1000) {
    return sdk::Error(sdk::Errc::Invalid,
                      "a listing of " + std::to_string(limit) + ", wanted 1 to 1000");
  }
  return {};
}

class GuardedStorage final : public sdk::Storage,
                             public sdk::LocalFiles,
                             public sdk::DurabilityBarrier,
                             public sdk::PresignedUrls,
                             public sdk::ServerSideCopy {
 public:
  GuardedStorage(std::unique_ptr<sdk::Storage> inner, sdk::Host& host)
      : inner_(std::move(inner)),
        local_(sdk::facet<sdk::LocalFiles>(*inner_)),
        durability_(sdk::facet<sdk::DurabilityBarrier>(*inner_)),
        presigned_(sdk::facet<sdk::PresignedUrls>(*inner_)),
        copier_(sdk::facet<sdk::ServerSideCopy>(*inner_)),
        barrier_("storage", host) {}

  sdk::Result<void> health(sdk::Context& ctx) override {
    return health_.run(ctx, [&] { return inner_->health(ctx); });
  }

  sdk::Result<sdk::ObjectInfo> stat(sdk::Context& ctx, std::string_view key) override {
    LARDER_TRY(checkKey(key));
    return stat_.run(ctx, [&] { return inner_->stat(ctx, key); });
  }

  sdk::Result<sdk::OpenObject> open(sdk::Context& ctx, std::string_view key,
                                    sdk::ByteRange range) override {
    LARDER_TRY(checkKey(key));
    auto opened = open_.run(ctx, [&] { return inner_->open(ctx, key, range); });
    if (!opened) return opened;
    if (opened->body == nullptr) return open_.malformed("opened an object without a body");
    if (range.offset > opened->info.size) return open_.malformed("opened beyond the object's end");
    const std::uint64_t rest = opened->info.size - range.offset;
    opened->body = std::make_unique<GuardedSource>(
        std::move(opened->body), std::min(rest, range.length.value_or(rest)), read_);
    return opened;
  }

  sdk::Result<sdk::ObjectInfo> put(sdk::Context& ctx, std::string_view key, sdk::Content& content,
                                   const sdk::PutOptions& options) override {
    LARDER_TRY(checkKey(key));
    return put_.run(ctx, [&] { return inner_->put(ctx, key, content, options); });
  }

  sdk::Result<void> remove(sdk::Context& ctx, std::string_view key) override {
    LARDER_TRY(checkKey(key));
    return remove_.run(ctx, [&] { return inner_->remove(ctx, key); });
  }

  sdk::Result<sdk::ObjectPage> list(sdk::Context& ctx, std::string_view prefix,
                                    std::string_view after, std::size_t limit) override {
    LARDER_TRY(checkListing(prefix, limit));
    auto page = list_.run(ctx, [&] { return inner_->list(ctx, prefix, after, limit); });
    if (!page) return page;
    if (page->objects.size() > limit) return list_.malformed("listed more objects than asked for");
    // Whoever follows `next` must get to an end.
    if (!page->next.empty() && page->next <= after) {
      return list_.malformed("continues a listing where it already was");
    }
    return page;
  }

  sdk::Result<sdk::LocalFile> openLocal(std::string_view key) override {
    LARDER_TRY(checkKey(key));
    auto opened = openLocal_.run([&] { return local_->openLocal(key); });
    if (opened && !opened->file) return openLocal_.malformed("opened a file without a descriptor");
    return opened;
  }

  sdk::Result<void> sync(sdk::Context& ctx) override {
    return sync_.run(ctx, [&] { return durability_->sync(ctx); });
  }

  sdk::Result<std::string> presignGet(std::string_view key, const Options& options) override {
    LARDER_TRY(checkKey(key));
    return presign_.run([&] { return presigned_->presignGet(key, options); });
  }

  sdk::Result<sdk::ObjectInfo> copy(sdk::Context& ctx, std::string_view from, std::string_view to,
                                    const sdk::PutOptions& options) override {
    LARDER_TRY(checkKey(from));
    LARDER_TRY(checkKey(to));
    return copy_.run(ctx, [&] { return copier_->copy(ctx, from, to, options); });
  }

  void* facet(sdk::FacetId id) noexcept override {
    if (id == sdk::LocalFiles::kFacet) return offer<sdk::LocalFiles>(local_);
    if (id == sdk::DurabilityBarrier::kFacet) return offer<sdk::DurabilityBarrier>(durability_);
    if (id == sdk::PresignedUrls::kFacet) return offer<sdk::PresignedUrls>(presigned_);
    if (id == sdk::ServerSideCopy::kFacet) return offer<sdk::ServerSideCopy>(copier_);
    return sdk::Storage::facet(id);
  }

 private:
  template <class T>
  T* offer(const T* inner) noexcept {
    return inner == nullptr ? nullptr : static_cast<T*>(this);
  }

  std::unique_ptr<sdk::Storage> inner_;
  sdk::LocalFiles* local_;
  sdk::DurabilityBarrier* durability_;
  sdk::PresignedUrls* presigned_;
  sdk::ServerSideCopy* copier_;

  Barrier barrier_;
  Barrier::Operation health_{barrier_, "health"};
  Barrier::Operation stat_{barrier_, "stat"};
  Barrier::Operation open_{barrier_, "open"};
  Barrier::Operation read_{barrier_, "read"};
  Barrier::Operation put_{barrier_, "put"};
  Barrier::Operation remove_{barrier_, "remove"};
  Barrier::Operation list_{barrier_, "list"};
  Barrier::Operation openLocal_{barrier_, "open_local"};
  Barrier::Operation sync_{barrier_, "sync"};
  Barrier::Operation presign_{barrier_, "presign"};
  Barrier::Operation copy_{barrier_, "copy"};
};

}  // namespace

std::unique_ptr<sdk::Storage> guard(std::unique_ptr<sdk::Storage> inner, sdk::Host& host) {
  return std::make_unique<GuardedStorage>(std::move(inner), host);
}

}  // namespace larder::plugin
