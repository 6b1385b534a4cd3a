#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "database.h"
#include "guarded.h"
#include "larder/sdk/cache.h"
#include "larder/sdk/host.h"
#include "larder/sdk/settings.h"

namespace larder::sqlite {

/// Records in one SQLite file, for all processes of one machine.
class SqliteCache final : public sdk::Cache, public sdk::ChangeCounter {
 public:
  /// For the plugin's descriptor.
  static sdk::Result<std::unique_ptr<sdk::Cache>> create(sdk::Context& ctx, sdk::Host& host,
                                                         const sdk::Settings& settings);
  static sdk::Result<std::unique_ptr<SqliteCache>> open(sdk::Context& ctx, sdk::Host& host,
                                                        Database::Site site);

  sdk::Result<void> health(sdk::Context& ctx) override;
  sdk::Result<sdk::RecordSet> get(sdk::Context& ctx, std::span<const std::string> keys) override;
  sdk::Result<sdk::RecordPage> scan(sdk::Context& ctx, std::string_view prefix,
                                    std::string_view after, std::size_t limit) override;
  sdk::Result<void> apply(sdk::Context& ctx, const sdk::Batch& batch) override;
  std::optional<std::uint64_t> changes() noexcept override;
  void* facet(sdk::FacetId id) noexcept override;

 private:
  SqliteCache(sdk::Host& host, Database::Site site, std::shared_ptr<Database> database)
      : host_(host), site_(std::move(site)), database_(std::move(database)) {}

  sdk::Result<std::shared_ptr<Database>> current(Waiting& waiting);
  template <class Work>
  sdk::Result<void> locked(Waiting& waiting, Work work);

  sdk::Host& host_;
  const Database::Site site_;
  common::Guarded<std::shared_ptr<Database>> database_;
};

}  // namespace larder::sqlite
