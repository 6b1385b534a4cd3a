#pragma once

#include <condition_variable>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/guarded.h"
#include "core/repo/store.h"

namespace larder::repo {

/// Immutable objects under their digests. All repositories of a storage share them.
/// Thread-safe.
class BlobStore final : public sdk::Blobs {
 public:
  explicit BlobStore(Store& store);

  sdk::Result<sdk::BlobRef> put(sdk::Context& ctx, sdk::Content& content, std::string_view sha256,
                                std::string_view contentType) override;
  sdk::Result<sdk::OpenObject> open(sdk::Context& ctx, std::string_view key,
                                    sdk::ByteRange range) override;

  /// The same for bytes in memory.
  sdk::Result<sdk::BlobRef> put(sdk::Context& ctx, const std::string& bytes,
                                std::string_view contentType);

  /// Everything that was put before is durable when this returns. Callers at the same
  /// time share one barrier.
  sdk::Result<void> makeDurable(sdk::Context& ctx);

 private:
  enum class Found : std::uint8_t { Nothing, Usable, Doubtful };

  sdk::Result<Found> look(sdk::Context& ctx, std::string_view key, std::uint64_t size);
  sdk::Result<void> write(sdk::Context& ctx, std::string_view key, sdk::Content& content,
                          std::string_view contentType, sdk::Durability durability);

  struct Written {
    std::uint64_t puts = 0;     ///< Counts what may not be durable yet.
    std::uint64_t durable = 0;  ///< As many of them are.
    bool syncing = false;
  };

  Store& store_;
  sdk::DurabilityBarrier* const barrier_;
  Guarded<Written> written_;
  std::condition_variable synced_;
};

}  // namespace larder::repo
