#include "core/admin/health_board.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/call_context.h"

namespace larder::admin {
namespace {

using Json = nlohmann::ordered_json;
constexpr std::chrono::seconds kFreshFor{1};
constexpr std::chrono::seconds kMostPerComponent{5};

}  // namespace

HealthBoard::HealthBoard(sdk::Logger& logger, sdk::Metrics& metrics, sdk::Clock& clock)
    : logger_(logger), metrics_(metrics), clock_(clock) {}

void HealthBoard::watch(std::vector<Monitored> components, std::shared_ptr<void> owner) {
  auto state = state_.lock();
  state->failing.assign(components.size(), false);
  state->components = std::move(components);
  state->owner = std::move(owner);
  state->fresh = false;
}

HealthBoard::Report HealthBoard::ask(sdk::Context& ctx) {
  auto state = state_.lock();
  const auto now = clock_.steady();
  if (state->fresh && now - state->asked < kFreshFor) return state->last;
  Report report;
  Json list = Json::array();
  Json kinds = {{"access", ""}, {"cache", ""}, {"storage", ""}};
  for (std::size_t i = 0; i < state->components.size(); ++i) {
    const Monitored& component = state->components[i];
    const auto result = check(ctx, component);
    note(component, state->failing[i], result);
    state->failing[i] = !result.ok();
    list.push_back({{"kind", component.kind},
                    {"instance", component.instance},
                    {"plugin", component.plugin},
                    {"status", result.ok() ? "ok" : "failing"}});
    if (result.ok()) continue;
    report.healthy = false;
    if (kinds.contains(component.kind)) kinds[component.kind] = component.instance + " is failing";
  }
  Json json = {{"status", report.healthy ? "ok" : "failing"}};
  json.update(kinds);
  json["components"] = std::move(list);
  report.json = json.dump() + "\n";
  state->last = report;
  state->asked = now;
  state->fresh = true;
  return report;
}

sdk::Result<void> HealthBoard::check(sdk::Context& ctx, const Monitored& component) {
  CallContext own(std::string(ctx.requestId()),
                  std::min(ctx.deadline(), std::chrono::steady_clock::now() + kMostPerComponent));
  return component.component->health(own);
}

void HealthBoard::note(const Monitored& component, bool wasFailing,
                       const sdk::Result<void>& result) {
  const sdk::Labels labels{{"kind", component.kind}, {"instance", component.instance}};
  metrics_.gauge("larder_component_healthy", "Whether a plugin instance said it can serve.", labels)
      .set(result.ok() ? 1 : 0);
  if (!result && !wasFailing) {
    logger_.error("health.failing", "a plugin instance cannot serve",
                  {{"kind", component.kind},
                   {"instance", component.instance},
                   {"why", result.error().message()}});
  }
  if (result && wasFailing) {
    logger_.info("health.recovered", "a plugin instance can serve again",
                 {{"kind", component.kind}, {"instance", component.instance}});
  }
}

}  // namespace larder::admin
