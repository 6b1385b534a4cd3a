#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/base/guarded.h"
#include "larder/sdk/cache.h"

namespace larder::test {

/// A Cache in memory. Several hosts in one test share one object.
class MemoryCache final : public sdk::Cache, public sdk::ChangeCounter {
 public:
  struct Options {
    bool changeCounter = true;  ///< Offer the facet ChangeCounter.
    std::string epoch = "epoch-1";
  };
  struct Calls {
    std::size_t get = 0, scan = 0, apply = 0;
  };
  struct Entry {
    std::string value;
    std::uint64_t version = 0;
    friend bool operator==(const Entry&, const Entry&) = default;
  };
  using Entries = std::map<std::string, Entry, std::less<>>;

  MemoryCache() : MemoryCache(Options()) {}
  explicit MemoryCache(Options options);

  sdk::Result<void> health(sdk::Context&) override { return {}; }
  sdk::Result<sdk::RecordSet> get(sdk::Context& ctx, std::span<const std::string> keys) override;
  sdk::Result<sdk::RecordPage> scan(sdk::Context& ctx, std::string_view prefix,
                                    std::string_view after, std::size_t limit) override;
  sdk::Result<void> apply(sdk::Context& ctx, const sdk::Batch& batch) override;
  std::optional<std::uint64_t> changes() noexcept override;
  void* facet(sdk::FacetId id) noexcept override;

  // What a test does behind the contract's back.
  Entries entries() { return state_.lock()->entries; }
  /// Makes changes() answer nothing, as while another process writes.
  void setChangesKnown(bool known) { state_.lock()->changesKnown = known; }
  void setEpoch(std::string epoch);
  /// Empties it under a new epoch, as a deleted file or a flush does.
  void reset(std::string epoch);
  /// Puts older entries back under a new epoch, as a restart from a snapshot does.
  void goBack(Entries entries, std::string epoch);
  Calls calls() { return state_.lock()->calls; }

 private:
  struct State {
    Entries entries;
    std::string epoch;
    std::uint64_t versions = 0;
    std::uint64_t changes = 1;
    bool changesKnown = true;
    Calls calls;
  };

  const bool changeCounter_;
  Guarded<State> state_;
};

}  // namespace larder::test
