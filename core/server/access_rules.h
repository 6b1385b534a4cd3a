#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/admin/health_board.h"
#include "core/server/blueprint.h"
#include "core/server/plugin_host.h"
#include "core/web/security.h"
#include "core/web/site.h"

namespace larder::server {

/// The access instances of one configuration and the rules made of them. A reload
/// makes a new one; requests that run keep the old one alive.
class AccessRules {
 public:
  /// Errors: those of an access plugin that cannot start, with the instance's name.
  static sdk::Result<std::shared_ptr<AccessRules>> make(std::shared_ptr<const Blueprint> blueprint,
                                                        const Services& services);

  /// The rules for `sites`, whose repositories are those of the blueprint.
  /// `self` is what keeps these rules alive.
  static std::shared_ptr<const web::Security> secure(const std::shared_ptr<AccessRules>& self,
                                                     const std::vector<web::Site>& sites);

  /// Adds the instances to what /health asks about.
  void monitor(std::vector<admin::Monitored>& list) const;

 private:
  struct Instance {
    std::string plugin;
    std::unique_ptr<PluginHost> host;
    std::unique_ptr<sdk::Access> access;
  };
  AccessRules(std::shared_ptr<const Blueprint> blueprint, const Services& services);

  sdk::Access& users(const std::string& name) const;
  sdk::Access& grants(const std::string& name) const;
  std::shared_ptr<auth::Identities> identities(const std::string& name);
  std::shared_ptr<auth::Gate> gate(const config::RepositoryConfig& repository,
                                   const sdk::Format& format);

  std::shared_ptr<const Blueprint> blueprint_;
  const Services& services_;
  observe::Log log_;
  std::map<std::string, Instance> instances_;
  std::map<std::string, std::shared_ptr<auth::Identities>> identities_;  // one per access name
};

}  // namespace larder::server
