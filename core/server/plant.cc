#include "core/server/plant.h"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "core/base/call_context.h"
#include "core/plugin/instances.h"

namespace larder::server {
namespace {

constexpr std::chrono::seconds kStartBudget{60};
// The first start over an existing storage builds the whole index.
constexpr std::chrono::hours kOpenBudget{24};

std::string hostName() {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  return name.data();
}

bool everyone(const std::vector<std::string>& words) {
  return std::find(words.begin(), words.end(), "everyone") != words.end();
}

}  // namespace

Plant::Plant(std::shared_ptr<const Blueprint> blueprint, Workshop& workshop, Purpose purpose)
    : blueprint_(std::move(blueprint)),
      workshop_(workshop),
      purpose_(purpose),
      services_(workshop.services()),
      log_(services_.sink, {{"component", "repository"}}) {}

Plant::~Plant() { workshop_.jobs().stop(); }

sdk::Result<std::unique_ptr<Plant>> Plant::start(std::shared_ptr<const Blueprint> blueprint,
                                                 Workshop& workshop, Purpose purpose,
                                                 const std::vector<std::string>& only) {
  std::unique_ptr<Plant> plant(new Plant(std::move(blueprint), workshop, purpose));
  LARDER_TRY(plant->startBackends());
  for (const PlannedRepository& planned : plant->blueprint_->repositories()) {
    const std::string& name = planned.config->name;
    if (!only.empty() && std::find(only.begin(), only.end(), name) == only.end()) continue;
    auto started = plant->startRepository(planned);
    if (!started) return std::move(started).error().within("starting repositories." + name);
  }
  return plant;
}

sdk::Result<void> Plant::startBackends() {
  const auto hostFor = [&](const PlannedInstance& planned) {
    return std::make_unique<PluginHost>(services_, sdk::Labels{{"plugin", planned.plugin->label()},
                                                               {"instance", planned.config->name}});
  };
  for (const PlannedInstance& planned : blueprint_->storages()) {
    auto host = hostFor(planned);
    CallContext ctx("start", kStartBudget);
    auto made = plugin::createStorage(*planned.plugin, ctx, *host, *planned.settings);
    if (!made) return std::move(made).error().within("starting " + planned.config->path());
    storages_[planned.config->name] = {&planned, std::move(host), std::move(*made)};
  }
  for (const PlannedInstance& planned : blueprint_->caches()) {
    auto host = hostFor(planned);
    CallContext ctx("start", kStartBudget);
    auto made = plugin::createCache(*planned.plugin, ctx, *host, *planned.settings);
    if (!made) return std::move(made).error().within("starting " + planned.config->path());
    caches_[planned.config->name] = {&planned, std::move(host), std::move(*made)};
  }
  return {};
}

repo::StoreParts Plant::storeParts(const config::Instance& storage) {
  const config::Section& host = *storage.host;
  repo::Options options;
  options.singleWriter = host.boolean("single_writer");
  options.readOnly = purpose_ == Purpose::Inspect;
  options.host = hostName();
  options.retention = std::chrono::ceil<std::chrono::seconds>(host.duration("keep_entries"));
  options.condemnPeriod = std::chrono::ceil<std::chrono::seconds>(host.duration("collect_after"));
  options.tailPeriod = host.duration("tail_every");
  return {*storages_.at(storage.name).component, log_, services_.metrics, services_.clock, options};
}

sdk::Result<void> Plant::startRepository(const PlannedRepository& planned) {
  const config::RepositoryConfig& config = *planned.config;
  Repository repository;
  repository.planned = &planned;
  repository.storage = config.storage;
  const repo::StoreParts store = storeParts(*blueprint_->configuration().storage(config.storage));
  repository.state = std::make_unique<repo::Repository>(
      repo::Parts{config.name, store.storage, *caches_.at(config.cache).component, store.logger,
                  store.metrics, store.clock, store.options, &services_.jobs});
  repository.host = std::make_unique<RepositoryHost>(
      services_, sdk::Labels{{"plugin", planned.format->label()}, {"repository", config.name}},
      config.name, *repository.state, !everyone(config.defaultRead));
  CallContext starting("start", kStartBudget);
  LARDER_TRY_ASSIGN(repository.format, plugin::createFormat(*planned.format, starting,
                                                            *repository.host, *planned.settings));
  repository.state->attach(*repository.format);
  CallContext opening("start", kOpenBudget);
  LARDER_TRY(repository.state->open(opening));
  repositories_.push_back(std::move(repository));
  return {};
}

Plant::Repository* Plant::repository(std::string_view name) noexcept {
  for (Repository& repository : repositories_) {
    if (repository.planned->config->name == name) return &repository;
  }
  return nullptr;
}

std::vector<web::Site> Plant::sites() {
  std::vector<web::Site> sites;
  for (Repository& repository : repositories_) {
    const config::RepositoryConfig& config = *repository.planned->config;
    Running<sdk::Storage>& storage = storages_.at(config.storage);
    web::Downloads downloads;
    downloads.blobs = &repository.state->blobs();
    downloads.local = sdk::facet<sdk::LocalFiles>(*storage.component);
    if (config.downloads == config::RepositoryConfig::Downloads::Redirect) {
      downloads.presigned = sdk::facet<sdk::PresignedUrls>(*storage.component);
    }
    downloads.presignedFor = std::chrono::hours(24);
    sites.push_back({config.name, config.mount, repository.format.get(),
                     repository.format->routes(), downloads});
  }
  return sites;
}

void Plant::monitor(std::vector<admin::Monitored>& list) const {
  for (const auto& [name, storage] : storages_) {
    list.push_back({"storage", name, storage.planned->plugin->name, storage.component.get()});
  }
  for (const auto& [name, cache] : caches_) {
    list.push_back({"cache", name, cache.planned->plugin->name, cache.component.get()});
  }
  for (const Repository& repository : repositories_) {
    list.push_back({"format", repository.planned->config->name, repository.planned->format->name,
                    repository.format.get()});
  }
}

void Plant::scheduleUpkeep() {
  sdk::Jobs& jobs = services_.jobs;
  for (Repository& repository : repositories_) repository.state->scheduleUpkeep(jobs);
  for (const auto& [name, storage] : storages_) {
    const config::Instance& config = *storage.planned->config;
    const auto period = config.host->duration("collect_every");
    const auto user = std::find_if(repositories_.begin(), repositories_.end(),
                                   [&](const Repository& r) { return r.storage == config.name; });
    if (period.count() == 0 || user == repositories_.end()) continue;
    auto collector = std::make_shared<repo::Collector>(storeParts(config));
    jobs.repeat("collect " + name, period, [collector](sdk::Context& ctx) -> sdk::Result<void> {
      auto report = collector->run(ctx);
      if (!report) return std::move(report).error();
      return {};
    });
  }
}

}  // namespace larder::server
