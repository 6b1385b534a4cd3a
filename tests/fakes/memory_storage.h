#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/guarded.h"
#include "larder/sdk/host.h"
#include "larder/sdk/storage.h"

namespace larder::test {

/// A Storage in memory. Several hosts in one test share one object.
class MemoryStorage final : public sdk::Storage,
                            public sdk::LocalFiles,
                            public sdk::DurabilityBarrier {
 public:
  enum class IfAbsent : std::uint8_t { Honoured, Refused, Ignored };
  struct Options {
    IfAbsent ifAbsent = IfAbsent::Honoured;
    bool localFiles = false;               ///< Offer the facet LocalFiles (by memfd).
    bool barrier = false;                  ///< Offer DurabilityBarrier; see powerCut().
    const sdk::Clock* clock = nullptr;     ///< For ObjectInfo::modified; none: the system's.
    std::uint64_t maxObject = UINT64_MAX;  ///< Larger ones are TooLarge.
  };
  struct Calls {
    std::size_t stat = 0, open = 0, put = 0, remove = 0, list = 0, sync = 0;
  };

  MemoryStorage() : MemoryStorage(Options()) {}
  explicit MemoryStorage(Options options) : options_(options) {}

  sdk::Result<void> health(sdk::Context&) override { return {}; }
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
  void* facet(sdk::FacetId id) noexcept override;

  // What a test does behind the contract's back.
  std::vector<std::string> keys(std::string_view prefix = {});
  std::optional<std::string> bytes(std::string_view key);
  void set(std::string_view key, std::string_view bytes);  ///< Also to damage an object.
  void setModified(std::string_view key, std::chrono::sys_seconds modified);
  void erase(std::string_view key);
  void clear();
  /// What was put with Durability::Later and not synced since is gone, with what it replaced.
  void powerCut();
  Calls calls() { return state_.lock()->calls; }

 private:
  struct Object {
    std::shared_ptr<const std::string> bytes;
    sdk::ObjectInfo info;
  };
  using Objects = std::map<std::string, Object, std::less<>>;
  struct State {
    Objects objects;
    Objects durable;
    std::uint64_t etags = 0;
    Calls calls;
  };

  Object make(State& state, std::string_view key, std::string bytes) const;

  Options options_;
  Guarded<State> state_;
};

}  // namespace larder::test
