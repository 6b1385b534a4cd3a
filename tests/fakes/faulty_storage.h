#pragma once

#include <string>
#include <string_view>

#include "larder/sdk/storage.h"
#include "tests/fakes/faults.h"

namespace larder::test {

/// Any Storage, failing on script. Offers DurabilityBarrier where `inner` does;
/// other facets are passed through untouched.
class FaultyStorage final : public sdk::Storage, public sdk::DurabilityBarrier {
 public:
  explicit FaultyStorage(sdk::Storage& inner)
      : inner_(inner), barrier_(sdk::facet<sdk::DurabilityBarrier>(inner)) {}

  Faults& faults() noexcept { return faults_; }

  sdk::Result<void> health(sdk::Context& ctx) override;
  sdk::Result<sdk::ObjectInfo> stat(sdk::Context& ctx, std::string_view key) override;
  sdk::Result<sdk::OpenObject> open(sdk::Context& ctx, std::string_view key,
                                    sdk::ByteRange range) override;
  sdk::Result<sdk::ObjectInfo> put(sdk::Context& ctx, std::string_view key, sdk::Content& content,
                                   const sdk::PutOptions& options) override;
  sdk::Result<void> remove(sdk::Context& ctx, std::string_view key) override;
  sdk::Result<sdk::ObjectPage> list(sdk::Context& ctx, std::string_view prefix,
                                    std::string_view after, std::size_t limit) override;
  sdk::Result<void> sync(sdk::Context& ctx) override;
  void* facet(sdk::FacetId id) noexcept override;

 private:
  sdk::Storage& inner_;
  sdk::DurabilityBarrier* barrier_;
  Faults faults_;
};

}  // namespace larder::test
