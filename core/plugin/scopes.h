#pragma once

#include <string>

#include "larder/sdk/cache.h"
#include "larder/sdk/storage.h"

namespace larder::plugin {

/// The part of a storage below a prefix, as a storage of its own: keys go in and
/// come out without the prefix. Offers the optional interfaces the whole has.
/// Does not own the whole, which must outlive it. Thread-safe.
class ScopedStorage final : public sdk::Storage,
                            public sdk::LocalFiles,
                            public sdk::DurabilityBarrier,
                            public sdk::PresignedUrls,
                            public sdk::ServerSideCopy {
 public:
  /// Requires: `prefix` is empty or a storage key followed by '/'.
  ScopedStorage(sdk::Storage& whole, std::string prefix);

  sdk::Result<void> health(sdk::Context& ctx) override { return whole_.health(ctx); }
  sdk::Result<sdk::ObjectInfo> stat(sdk::Context& ctx, std::string_view key) override;
  sdk::Result<sdk::OpenObject> open(sdk::Context& ctx, std::string_view key,
                                    sdk::ByteRange range) override;
  sdk::Result<sdk::ObjectInfo> put(sdk::Context& ctx, std::string_view key, sdk::Content& content,
                                   const sdk::PutOptions& options) override;
  sdk::Result<void> remove(sdk::Context& ctx, std::string_view key) override;
  sdk::Result<sdk::ObjectPage> list(sdk::Context& ctx, std::string_view prefix,
                                    std::string_view after, std::size_t limit) override;

  sdk::Result<sdk::LocalFile> openLocal(std::string_view key) override;
  sdk::Result<void> sync(sdk::Context& ctx) override;
  sdk::Result<std::string> presignGet(std::string_view key, const Options& options) override;
  sdk::Result<sdk::ObjectInfo> copy(sdk::Context& ctx, std::string_view from, std::string_view to,
                                    const sdk::PutOptions& options) override;

  void* facet(sdk::FacetId id) noexcept override;

 private:
  std::string inside(std::string_view key) const;
  void strip(std::string& key) const;
  sdk::Result<sdk::ObjectInfo> stripped(sdk::Result<sdk::ObjectInfo> info) const;

  sdk::Storage& whole_;
  const std::string prefix_;
  sdk::LocalFiles* const local_;
  sdk::DurabilityBarrier* const durability_;
  sdk::PresignedUrls* const presigned_;
  sdk::ServerSideCopy* const copier_;
};

/// The part of a cache below a prefix, as a cache of its own. The epoch is that of
/// the whole, and its change counter counts the changes of the whole. Does not own
/// the whole, which must outlive it. Thread-safe.
class ScopedCache final : public sdk::Cache {
 public:
  ScopedCache(sdk::Cache& whole, std::string prefix);

  sdk::Result<void> health(sdk::Context& ctx) override { return whole_.health(ctx); }
  sdk::Result<sdk::RecordSet> get(sdk::Context& ctx, std::span<const std::string> keys) override;
  sdk::Result<sdk::RecordPage> scan(sdk::Context& ctx, std::string_view prefix,
                                    std::string_view after, std::size_t limit) override;
  sdk::Result<void> apply(sdk::Context& ctx, const sdk::Batch& batch) override;

  void* facet(sdk::FacetId id) noexcept override;

 private:
  std::string inside(std::string_view key) const;
  void strip(std::string& key) const;

  sdk::Cache& whole_;
  const std::string prefix_;
};

}  // namespace larder::plugin
