#include "core/server/access_rules.h"

#include "core/base/call_context.h"
#include "core/plugin/instances.h"

namespace larder::server {
namespace {

constexpr std::chrono::seconds kStartBudget{60};

auth::Identities::Options identityOptions(const config::Section& server) {
  const config::Section& throttle = server.map("throttle");
  auth::Identities::Options options;
  options.rememberFor = server.duration("remember_credentials");
  options.throttle.freeFailuresPerUser = static_cast<unsigned>(throttle.integer("per_user"));
  options.throttle.freeFailuresPerAddress = static_cast<unsigned>(throttle.integer("per_address"));
  options.throttle.firstWait = throttle.duration("first_wait");
  options.throttle.longestWait = throttle.duration("longest_wait");
  options.throttle.forgetAfter = throttle.duration("forget_after");
  return options;
}

}  // namespace

AccessRules::AccessRules(std::shared_ptr<const Blueprint> blueprint, const Services& services)
    : blueprint_(std::move(blueprint)),
      services_(services),
      log_(services.sink, {{"component", "auth"}}) {}

sdk::Result<std::shared_ptr<AccessRules>> AccessRules::make(
    std::shared_ptr<const Blueprint> blueprint, const Services& services) {
  std::shared_ptr<AccessRules> rules(new AccessRules(std::move(blueprint), services));
  for (const PlannedInstance& planned : rules->blueprint_->accesses()) {
    const std::string& name = planned.config->name;
    Instance instance;
    instance.plugin = planned.plugin->name;
    instance.host = std::make_unique<PluginHost>(
        services, sdk::Labels{{"plugin", planned.plugin->label()}, {"instance", name}});
    CallContext ctx("start", kStartBudget);
    auto made = plugin::createAccess(*planned.plugin, ctx, *instance.host, *planned.settings);
    if (!made) return std::move(made).error().within("starting " + planned.config->path());
    instance.access = std::move(*made);
    rules->instances_.emplace(name, std::move(instance));
  }
  return rules;
}

std::shared_ptr<const web::Security> AccessRules::secure(const std::shared_ptr<AccessRules>& self,
                                                         const std::vector<web::Site>& sites) {
  auto security = std::make_shared<web::Security>();
  security->owner = self;
  for (const web::Site& site : sites) {
    web::SiteSecurity& rules = security->sites.emplace_back();
    for (const PlannedRepository& planned : self->blueprint_->repositories()) {
      if (site.format == nullptr || planned.config->name != site.repository) continue;
      rules.identities = self->identities(planned.config->access);
      rules.gate = self->gate(*planned.config, *site.format);
    }
  }
  return security;
}

void AccessRules::monitor(std::vector<admin::Monitored>& list) const {
  for (const auto& [name, instance] : instances_) {
    list.push_back({"access", name, instance.plugin, instance.access.get()});
  }
}

sdk::Access& AccessRules::users(const std::string& name) const {
  const config::AccessInstance* access = blueprint_->configuration().access(name);
  return access->composed() ? users(access->users) : *instances_.at(name).access;
}

sdk::Access& AccessRules::grants(const std::string& name) const {
  const config::AccessInstance* access = blueprint_->configuration().access(name);
  return access->composed() ? grants(access->grants) : *instances_.at(name).access;
}

std::shared_ptr<auth::Identities> AccessRules::identities(const std::string& name) {
  auto& known = identities_[name];
  if (!known) {
    known = std::make_shared<auth::Identities>(
        users(name), auth::Services{log_, services_.metrics, services_.clock},
        identityOptions(blueprint_->configuration().server()));
  }
  return known;
}

std::shared_ptr<auth::Gate> AccessRules::gate(const config::RepositoryConfig& repository,
                                              const sdk::Format& format) {
  sdk::Access& source = grants(repository.access);
  return std::make_shared<auth::Gate>(
      auth::Policy{repository.name, repository.defaultRead, repository.defaultWrite,
                   repository.overwrite, repository.remove},
      sdk::facet<sdk::GrantSource>(source), sdk::facet<sdk::AccessVersion>(source),
      [&format](std::string_view project) { return format.normalize(project); },
      auth::Services{log_, services_.metrics, services_.clock});
}

}  // namespace larder::server
