#include "config_access.h"

#include <atomic>
#include <utility>

namespace larder::config_access {
namespace {

/// A reload makes a new instance, whose answers are not those of the old one.
std::uint64_t nextVersion() noexcept {
  static std::atomic<std::uint64_t> last = 0;
  return ++last;
}

}  // namespace

sdk::Result<std::unique_ptr<sdk::Access>> ConfigAccess::create(sdk::Context&, sdk::Host& host,
                                                               const sdk::Settings& settings) {
  for (const std::string& name : settings.keys("users")) {
    const sdk::Settings& user = settings.entry("users", name);
    const std::string why = host.passwords().unusable(user.string("password"));
    if (!why.empty()) return user.invalid("password", why);
  }
  return std::unique_ptr<sdk::Access>(
      std::make_unique<ConfigAccess>(readDirectory(settings), host.passwords()));
}

ConfigAccess::ConfigAccess(Directory directory, sdk::Passwords& passwords)
    : directory_(std::move(directory)), passwords_(passwords), version_(nextVersion()) {}

sdk::Result<void> ConfigAccess::health(sdk::Context&) { return {}; }

sdk::Result<sdk::Identity> ConfigAccess::authenticate(sdk::Context&,
                                                      const sdk::Credentials& credentials) {
  const auto wrong = [] {
    return sdk::Error(sdk::Errc::Unauthenticated, "the user name or the password is wrong");
  };
  const auto user = directory_.users.find(credentials.user);
  if (user == directory_.users.end()) {
    passwords_.verifyNothing(credentials.secret);
    return wrong();
  }
  if (credentials.secret.empty() || !passwords_.verify(credentials.secret, user->second.hash)) {
    return wrong();
  }
  return user->second.identity;
}

sdk::Result<sdk::Identity> ConfigAccess::identify(sdk::Context&, std::string_view user) {
  const auto found = directory_.users.find(user);
  if (found != directory_.users.end()) return found->second.identity;
  return sdk::Error(sdk::Errc::NotFound, "no user named \"" + std::string(user) + "\"");
}

sdk::Result<std::vector<sdk::ProjectGrant>> ConfigAccess::grantsOf(sdk::Context&,
                                                                   std::string_view repository) {
  const auto found = directory_.grants.find(repository);
  if (found == directory_.grants.end()) return std::vector<sdk::ProjectGrant>();
  return found->second;
}

sdk::Result<std::string> ConfigAccess::version(sdk::Context&) { return std::to_string(version_); }

void* ConfigAccess::facet(sdk::FacetId id) noexcept {
  if (id == sdk::GrantSource::kFacet) return static_cast<sdk::GrantSource*>(this);
  if (id == sdk::AccessVersion::kFacet) return static_cast<sdk::AccessVersion*>(this);
  return sdk::Access::facet(id);
}

}  // namespace larder::config_access
