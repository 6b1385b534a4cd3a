#include "core/auth/gate.h"

#include <utility>

namespace larder::auth {
namespace {

using sdk::Verb;

const std::shared_ptr<const RightsByProject>& noGrants() {
  static const auto empty = std::make_shared<const RightsByProject>();
  return empty;
}

const ProjectRights* find(const RightsByProject& rights, std::string_view project) {
  const auto found = rights.find(project);
  return found == rights.end() ? nullptr : &found->second;
}

const char* doing(Verb verb) noexcept {
  switch (verb) {
    case Verb::Read:
      return "read";
    case Verb::Write:
      return "upload to";
    case Verb::Replace:
      return "replace files of";
    case Verb::Delete:
      return "delete from";
    case Verb::Admin:
      break;
  }
  return "administer";
}

/// The verb that a grant or a default has to give for `verb`.
Verb granted(Verb verb) noexcept {
  return verb == Verb::Replace || verb == Verb::Delete ? Verb::Write : verb;
}

void add(ProjectRights& rights, const sdk::Grant& grant) {
  // Replace and Delete are no verbs of grants. A backend that sends one anyway
  // still gives the project grants of its own, and nobody a right.
  if (grant.verb == Verb::Read) rights.read.add(grant);
  if (grant.verb == Verb::Write) rights.write.add(grant);
  if (grant.verb == Verb::Admin) rights.admin.add(grant);
}

}  // namespace

Gate::Gate(Policy policy, sdk::GrantSource* grants, sdk::AccessVersion* version,
           Normalize normalize, Services services, Options options)
    : policy_(std::move(policy)),
      read_(principalsOf(policy_.defaultRead)),
      write_(principalsOf(policy_.defaultWrite)),
      overwrite_(principalsOf(policy_.overwrite)),
      remove_(principalsOf(policy_.remove)),
      grants_(grants),
      stamps_(version),
      normalize_(std::move(normalize)),
      services_(services),
      options_(options) {}

sdk::Result<Decision> Gate::decide(sdk::Context& ctx, const sdk::Identity& identity, Verb verb,
                                   std::string_view project) {
  std::string name;
  if (!project.empty()) {
    LARDER_TRY_ASSIGN(name, normalize_(project));
  }
  LARDER_TRY_ASSIGN(const Rights rights, load(ctx));
  return answer(identity, verb, name, *rights);
}

std::optional<Decision> Gate::decideNow(const sdk::Identity& identity, Verb verb,
                                        std::string_view project) {
  const Rights rights = now();
  if (rights == nullptr) return std::nullopt;
  if (project.empty()) return answer(identity, verb, project, *rights);
  const auto name = normalize_(project);
  if (!name) return std::nullopt;
  return answer(identity, verb, *name, *rights);
}

sdk::Result<Decision> Gate::decideAny(sdk::Context& ctx, const sdk::Identity& identity, Verb verb) {
  LARDER_TRY_ASSIGN(const Rights rights, load(ctx));
  if (mayAny(identity, verb, *rights)) return Decision{Decision::Kind::Allowed, {}};
  return explain(identity, verb, {}, nullptr);
}

std::optional<Decision> Gate::decideAnyNow(const sdk::Identity& identity, Verb verb) {
  const Rights rights = now();
  if (rights == nullptr) return std::nullopt;
  if (mayAny(identity, verb, *rights)) return Decision{Decision::Kind::Allowed, {}};
  return explain(identity, verb, {}, nullptr);
}

sdk::Result<std::vector<std::string>> Gate::filter(sdk::Context& ctx, const sdk::Identity& identity,
                                                   Verb verb, std::vector<std::string> projects) {
  LARDER_TRY_ASSIGN(const Rights rights, load(ctx));
  const bool byDefault = may(identity, verb, nullptr);
  if (rights->empty()) {
    if (!byDefault) projects.clear();
    return projects;
  }
  std::erase_if(projects, [&](const std::string& project) {
    const ProjectRights* own = find(*rights, project);
    return own == nullptr ? !byDefault : !may(identity, verb, own);
  });
  return projects;
}

bool Gate::may(const sdk::Identity& identity, Verb verb, const ProjectRights* own) const {
  if (verb == Verb::Replace && !overwrite_.contains(identity)) return false;
  if (verb == Verb::Delete && !remove_.contains(identity)) return false;
  if (identity.admin) return true;
  if (own != nullptr) return own->allows(identity, granted(verb));
  if (verb == Verb::Admin) return false;
  return (granted(verb) == Verb::Read ? read_ : write_).contains(identity);
}

bool Gate::mayAny(const sdk::Identity& identity, Verb verb, const RightsByProject& rights) const {
  if (may(identity, verb, nullptr)) return true;
  for (const auto& [project, own] : rights) {
    if (may(identity, verb, &own)) return true;
  }
  return false;
}

Decision Gate::answer(const sdk::Identity& identity, Verb verb, std::string_view project,
                      const RightsByProject& rights) const {
  const ProjectRights* own = project.empty() ? nullptr : find(rights, project);
  if (may(identity, verb, own)) return {Decision::Kind::Allowed, {}};
  return explain(identity, verb, project, own);
}

/// Says the same whether the project exists or not.
Decision Gate::explain(const sdk::Identity& identity, Verb verb, std::string_view project,
                       const ProjectRights* own) const {
  std::string what = doing(verb) + std::string(" ");
  what += project.empty() ? "repository " + policy_.repository
                          : std::string(project) + " in repository " + policy_.repository;
  if (identity.user.empty()) {
    return {Decision::Kind::Unauthenticated, "a login is needed to " + what};
  }
  std::string reason = "user " + identity.user + " may not " + what;
  if ((verb == Verb::Replace || verb == Verb::Delete) && may(identity, Verb::Write, own)) {
    reason += verb == Verb::Replace ? ": the repository's overwrite list does not include them"
                                    : ": the repository's delete list does not include them";
  }
  return {Decision::Kind::Forbidden, std::move(reason)};
}

Gate::Rights Gate::current(const Stamp& stamp) const {
  const auto snapshot = snapshot_.read();
  if (snapshot->rights == nullptr || snapshot->stamp != stamp) return nullptr;
  if (!stamps_.exact() && services_.clock.steady() - snapshot->taken >= options_.unversionedFor) {
    return nullptr;
  }
  return snapshot->rights;
}

Gate::Rights Gate::now() const {
  if (grants_ == nullptr) return noGrants();
  const auto stamp = stamps_.now();
  return stamp ? current(*stamp) : nullptr;
}

sdk::Result<Gate::Rights> Gate::load(sdk::Context& ctx) {
  if (Rights rights = now()) return rights;
  auto rights = ask(ctx);
  if (!rights) {
    services_.logger.error(
        "auth.grants.unavailable", "The access backend could not say who has which rights",
        {{"repository", policy_.repository}, {"reason", rights.error().message()}});
  }
  return rights;
}

sdk::Result<Gate::Rights> Gate::ask(sdk::Context& ctx) {
  LARDER_TRY_ASSIGN(const Stamp stamp, stamps_.ask(ctx));
  if (Rights rights = current(stamp)) return rights;
  return fetches_.run(ctx, stamp, [&] { return fetch(ctx, stamp); });
}

sdk::Result<Gate::Rights> Gate::fetch(sdk::Context& ctx, const Stamp& stamp) {
  const auto taken = services_.clock.steady();
  auto grants = grants_->grantsOf(ctx, policy_.repository);
  if (!grants) return std::move(grants).error().within("asking for the rights on projects");
  auto rights = std::make_shared<RightsByProject>();
  for (const sdk::ProjectGrant& given : *grants) {
    const auto name = normalize_(given.project);
    if (name) {
      add((*rights)[*name], given.grant);
      continue;
    }
    services_.logger.warning("auth.grant.ignored",
                             "A grant names what can be no project of this repository",
                             {{"repository", policy_.repository},
                              {"project", given.project},
                              {"reason", name.error().message()}});
  }
  *snapshot_.write() = {rights, stamp, taken};
  return Rights(std::move(rights));
}

}  // namespace larder::auth
