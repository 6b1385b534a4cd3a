#include "core/plugin/barrier.h"
#include "core/plugin/guards.h"

namespace larder::plugin {
namespace {

class GuardedAccess final : public sdk::Access, public sdk::GrantSource, public sdk::AccessVersion {
 public:
  GuardedAccess(std::unique_ptr<sdk::Access> inner, sdk::Host& host)
      : inner_(std::move(inner)),
        grants_(sdk::facet<sdk::GrantSource>(*inner_)),
        versions_(sdk::facet<sdk::AccessVersion>(*inner_)),
        barrier_("access", host) {}

  sdk::Result<void> health(sdk::Context& ctx) override {
    return health_.run(ctx, [&] { return inner_->health(ctx); });
  }

  sdk::Result<sdk::Identity> authenticate(sdk::Context& ctx,
                                          const sdk::Credentials& credentials) override {
    auto identity = authenticate_.run(ctx, [&] { return inner_->authenticate(ctx, credentials); });
    if (identity && identity->user.empty()) return authenticate_.malformed("authenticated nobody");
    return identity;
  }

  sdk::Result<sdk::Identity> identify(sdk::Context& ctx, std::string_view user) override {
    auto identity = identify_.run(ctx, [&] { return inner_->identify(ctx, user); });
    if (identity && identity->user.empty()) return identify_.malformed("identified nobody");
    return identity;
  }

  sdk::Result<std::vector<sdk::ProjectGrant>> grantsOf(sdk::Context& ctx,
                                                       std::string_view repository) override {
    auto grants = grantsOf_.run(ctx, [&] { return grants_->grantsOf(ctx, repository); });
    if (!grants) return grants;
    for (const sdk::ProjectGrant& given : *grants) {
      if (given.grant.verb == sdk::Verb::Replace || given.grant.verb == sdk::Verb::Delete) {
        return grantsOf_.malformed("granted something other than read, write or admin");
      }
    }
    return grants;
  }

  sdk::Result<std::string> version(sdk::Context& ctx) override {
    return version_.run(ctx, [&] { return versions_->version(ctx); });
  }

  std::optional<std::uint64_t> versionNow() noexcept override { return versions_->versionNow(); }

  void* facet(sdk::FacetId id) noexcept override {
    if (id == sdk::GrantSource::kFacet) {
      return grants_ == nullptr ? nullptr : static_cast<sdk::GrantSource*>(this);
    }
    if (id == sdk::AccessVersion::kFacet) {
      return versions_ == nullptr ? nullptr : static_cast<sdk::AccessVersion*>(this);
    }
    return sdk::Access::facet(id);
  }

 private:
  std::unique_ptr<sdk::Access> inner_;
  sdk::GrantSource* grants_;
  sdk::AccessVersion* versions_;

  Barrier barrier_;
  Barrier::Operation health_{barrier_, "health"};
  Barrier::Operation authenticate_{barrier_, "authenticate"};
  Barrier::Operation identify_{barrier_, "identify"};
  Barrier::Operation grantsOf_{barrier_, "grants_of"};
  Barrier::Operation version_{barrier_, "version"};
};

}  // namespace

std::unique_ptr<sdk::Access> guard(std::unique_ptr<sdk::Access> inner, sdk::Host& host) {
  return std::make_unique<GuardedAccess>(std::move(inner), host);
}

}  // namespace larder::plugin
