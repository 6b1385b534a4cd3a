#pragma once

#include <span>
#include <string>
#include <string_view>

#include "larder/sdk/cache.h"
#include "tests/fakes/faults.h"

namespace larder::test {

/// Any Cache, failing on script. Facets are passed through untouched.
class FaultyCache final : public sdk::Cache {
 public:
  explicit FaultyCache(sdk::Cache& inner) : inner_(inner) {}

  Faults& faults() noexcept { return faults_; }

  sdk::Result<void> health(sdk::Context& ctx) override {
    return withFault(faults_.take(Op::Health, {}), "health", [&] { return inner_.health(ctx); });
  }
  /// The script's key part is looked for in the first key.
  sdk::Result<sdk::RecordSet> get(sdk::Context& ctx, std::span<const std::string> keys) override {
    return withFault(faults_.take(Op::Get, keys.front()), "get",
                     [&] { return inner_.get(ctx, keys); });
  }
  sdk::Result<sdk::RecordPage> scan(sdk::Context& ctx, std::string_view prefix,
                                    std::string_view after, std::size_t limit) override {
    return withFault(faults_.take(Op::Scan, prefix), "scan",
                     [&] { return inner_.scan(ctx, prefix, after, limit); });
  }
  /// The script's key part is looked for in all keys that are written.
  sdk::Result<void> apply(sdk::Context& ctx, const sdk::Batch& batch) override {
    std::string keys;
    for (const auto& write : batch.put) keys += write.key + '\n';
    for (const std::string& key : batch.erase) keys += key + '\n';
    return withFault(faults_.take(Op::Apply, keys), "apply",
                     [&] { return inner_.apply(ctx, batch); });
  }
  void* facet(sdk::FacetId id) noexcept override {
    if (id == sdk::Cache::kFacet) return static_cast<sdk::Cache*>(this);
    return inner_.facet(id);
  }

 private:
  sdk::Cache& inner_;
  Faults faults_;
};

}  // namespace larder::test
