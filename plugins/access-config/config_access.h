#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "directory.h"
#include "larder/sdk/access.h"
#include "larder/sdk/host.h"
#include "larder/sdk/settings.h"

namespace larder::config_access {

/// Users, groups and grants from the configuration file. They change only with
/// it, so each instance is one version for all its life.
class ConfigAccess final : public sdk::Access, public sdk::GrantSource, public sdk::AccessVersion {
 public:
  static sdk::Result<std::unique_ptr<sdk::Access>> create(sdk::Context& ctx, sdk::Host& host,
                                                          const sdk::Settings& settings);

  ConfigAccess(Directory directory, sdk::Passwords& passwords);

  sdk::Result<void> health(sdk::Context& ctx) override;
  sdk::Result<sdk::Identity> authenticate(sdk::Context& ctx,
                                          const sdk::Credentials& credentials) override;
  sdk::Result<sdk::Identity> identify(sdk::Context& ctx, std::string_view user) override;

  sdk::Result<std::vector<sdk::ProjectGrant>> grantsOf(sdk::Context& ctx,
                                                       std::string_view repository) override;

  sdk::Result<std::string> version(sdk::Context& ctx) override;
  std::optional<std::uint64_t> versionNow() noexcept override { return version_; }

  void* facet(sdk::FacetId id) noexcept override;

 private:
  const Directory directory_;
  sdk::Passwords& passwords_;
  const std::uint64_t version_;
};

}  // namespace larder::config_access
