#include <iostream>

#include "core/auth/hash_password.h"
#include "core/config/declarations.h"
#include "core/config/explain.h"
#include "core/plugin/loader.h"
#include "core/server/command_support.h"
#include "core/server/commands.h"

namespace larder::server {
namespace {

// Plugin directories of the configuration where there is a readable one: this must work before
// anything is configured.
std::vector<std::string> knownDirectories(const Arguments& arguments) {
  config::Problems ignored;
  const auto configuration = config::Configuration::load(configurationFile(arguments), ignored);
  return pluginDirectories(configuration ? configuration->pluginPath : std::vector<std::string>{});
}

void explain(bool markdown, const std::string& title, std::span<const sdk::SettingSpec> specs) {
  std::cout << (markdown ? config::explainMarkdown(title, specs) : config::explain(title, specs));
}

void explainHost(bool markdown) {
  explain(markdown, "server", config::serverSettings());
  explain(markdown, "plugins", config::pluginsSettings());
  explain(markdown, "storage", config::storageSettings());
  explain(markdown, "cache", config::cacheSettings());
  explain(markdown, "access", config::accessSettings());
  explain(markdown, "access, joined", config::composedAccessSettings());
  explain(markdown, "repositories", config::repositorySettings());
}

}  // namespace

int checkConfig(const Arguments& arguments) {
  observe::LogSink sink(observe::LogFormat::Text, sdk::Level::Warning);
  if (!readBlueprint(arguments, {}, sink)) return kWrong;
  std::cout << configurationFile(arguments) << " is right\n";
  return kDone;
}

int explainConfig(const Arguments& arguments) {
  const bool markdown = arguments.has("markdown");
  const std::string wanted = arguments.positional.empty() ? "" : arguments.positional.front();
  if (wanted.empty()) explainHost(markdown);
  if (wanted == "server") {
    explain(markdown, "server", config::serverSettings());
    return kDone;
  }
  observe::LogSink sink(observe::LogFormat::Text, sdk::Level::Error);
  observe::Log log(sink);
  plugin::Loader loader(knownDirectories(arguments), log);
  std::string names = "server";
  bool found = wanted.empty();
  for (const plugin::Loader::Found& file : loader.survey()) {
    if (file.plugin == nullptr) continue;
    names += ", " + file.plugin->label();
    if (!wanted.empty() && file.plugin->label() != wanted) continue;
    explain(markdown, file.plugin->label(), file.plugin->settings);
    found = true;
  }
  if (found) return kDone;
  std::cerr << "larder: there is no plugin " << wanted << "; there are: " << names << "\n";
  return kWrong;
}

int listPlugins(const Arguments& arguments) {
  observe::LogSink sink(observe::LogFormat::Text, sdk::Level::Error);
  observe::Log log(sink);
  plugin::Loader loader(knownDirectories(arguments), log);
  int status = kDone;
  for (const plugin::Loader::Found& file : loader.survey()) {
    if (file.plugin == nullptr) {
      const bool named = file.refused.starts_with(file.path);
      std::cout << "refused  " << (named ? "" : file.path + ": ") << file.refused << "\n";
      status = kFailed;
      continue;
    }
    const plugin::LoadedPlugin& plugin = *file.plugin;
    std::cout << plugin.kind << "\t" << plugin.name << "\t" << plugin.version << "\tSDK "
              << plugin.sdk << "\t" << plugin.path << "\n";
  }
  return status;
}

int hashPassword(const Arguments& arguments) {
  auth::HashPasswordOptions options;
  if (arguments.has("scheme")) options.scheme = arguments.value("scheme");
  options.fromInput = arguments.has("stdin");
  return auth::hashPassword(options, std::cin, std::cout, std::cerr);
}

}  // namespace larder::server
