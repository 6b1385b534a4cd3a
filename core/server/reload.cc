#include "core/server/reload.h"

#include <algorithm>
#include <array>

namespace larder::server {
namespace {

// Beginnings of paths that a reload does take over.
constexpr std::array<std::string_view, 2> kServerReloaded{"server.log.", "server.listen"};
constexpr std::array<std::string_view, 5> kRepositoryReloaded{
    "access", "default_read", "default_write", "overwrite", "delete"};

void compare(const std::vector<PlannedInstance>& before, const std::vector<PlannedInstance>& after,
             std::vector<std::string>& changed) {
  const auto find = [](const std::vector<PlannedInstance>& list, const std::string& path) {
    return std::find_if(list.begin(), list.end(),
                        [&](const auto& other) { return other.config->path() == path; });
  };
  for (const PlannedInstance& old : before) {
    const std::string path = old.config->path();
    const auto now = find(after, path);
    if (now == after.end() || now->config->plugin != old.config->plugin) {
      changed.push_back(path);
      continue;
    }
    for (auto& setting : config::differences(*old.settings, *now->settings))
      changed.push_back(setting);
    for (auto& setting : config::differences(*old.config->host, *now->config->host)) {
      changed.push_back(setting);
    }
  }
  for (const PlannedInstance& now : after) {
    if (find(before, now.config->path()) == before.end()) changed.push_back(now.config->path());
  }
}

const PlannedRepository* find(const Blueprint& blueprint, std::string_view name) {
  for (const PlannedRepository& repository : blueprint.repositories()) {
    if (repository.config->name == name) return &repository;
  }
  return nullptr;
}

bool isReloaded(std::string_view path) {
  const std::string_view last = path.substr(path.rfind('.') + 1);
  return std::find(kRepositoryReloaded.begin(), kRepositoryReloaded.end(), last) !=
         kRepositoryReloaded.end();
}

void compare(const PlannedRepository& old, const PlannedRepository& now,
             std::vector<std::string>& changed) {
  if (old.config->format != now.config->format) {
    changed.push_back(old.config->path() + ".format");
    return;
  }
  for (auto& setting : config::differences(*old.config->host, *now.config->host)) {
    if (!isReloaded(setting)) changed.push_back(setting);
  }
  for (auto& setting : config::differences(*old.settings, *now.settings))
    changed.push_back(setting);
}

}  // namespace

std::vector<std::string> needRestart(const Blueprint& before, const Blueprint& after) {
  std::vector<std::string> changed;
  for (auto& setting :
       config::differences(before.configuration().server(), after.configuration().server())) {
    const bool reloaded = std::any_of(kServerReloaded.begin(), kServerReloaded.end(),
                                      [&](auto start) { return setting.starts_with(start); });
    if (!reloaded) changed.push_back(setting);
  }
  if (before.configuration().listen() != after.configuration().listen()) {
    changed.push_back("server.listen");
  }
  if (before.configuration().pluginPath != after.configuration().pluginPath) {
    changed.push_back("plugins.path");
  }
  compare(before.storages(), after.storages(), changed);
  compare(before.caches(), after.caches(), changed);
  for (const PlannedRepository& old : before.repositories()) {
    const PlannedRepository* now = find(after, old.config->name);
    if (now != nullptr) compare(old, *now, changed);
  }
  for (const PlannedRepository& now : after.repositories()) {
    if (find(before, now.config->name) == nullptr) changed.push_back(now.config->path());
  }
  return changed;
}

std::string removedRepository(const Blueprint& before, const Blueprint& after) {
  for (const PlannedRepository& old : before.repositories()) {
    if (find(after, old.config->name) == nullptr) return old.config->name;
  }
  return {};
}

void applyLogSettings(const config::Section& server, observe::LogSink& sink) {
  const config::Section& log = server.map("log");
  sink.reconfigure(observe::logFormat(log.string("format")).value_or(observe::LogFormat::Text),
                   observe::logLevel(log.string("level")).value_or(sdk::Level::Info));
}

}  // namespace larder::server
