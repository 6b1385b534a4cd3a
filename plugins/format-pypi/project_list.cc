#include "project_list.h"

#include <utility>

#include "project.h"

namespace larder::pypi {

std::vector<std::string> ProjectList::Snapshot::names() const {
  std::vector<std::string> names;
  names.reserve(projects.size());
  for (const auto& project : projects) names.push_back(project.normalized);
  return names;
}

sdk::Result<std::shared_ptr<const ProjectList::Snapshot>> ProjectList::read(sdk::Context& ctx) {
  const auto now = journal_.versionNow();
  {
    auto state = state_.lock();
    if (now && state->validatedAt == now) return state->last;
  }
  LARDER_TRY_ASSIGN(auto snapshot, scan(ctx));
  auto state = state_.lock();
  snapshot->generation = ++state->generations;
  state->last = snapshot;
  state->validatedAt = now;
  return state->last;
}

sdk::Result<std::shared_ptr<ProjectList::Snapshot>> ProjectList::scan(sdk::Context& ctx) {
  const std::string prefix = projectKey("");
  LARDER_TRY_ASSIGN(const auto records, scanAll(ctx, journal_.records(), prefix));
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->projects.reserve(records.size());
  for (const auto& record : records) {
    LARDER_TRY_ASSIGN(auto summary, parseProject(record.value));
    snapshot->projects.push_back({record.key.substr(prefix.size()), std::move(summary)});
  }
  return snapshot;
}

}  // namespace larder::pypi
