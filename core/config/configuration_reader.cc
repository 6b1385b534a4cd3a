#include "core/config/configuration_reader.h"

#include <algorithm>
#include <chrono>

#include "core/config/declarations.h"
#include "core/config/server_checks.h"
#include "core/config/words.h"

namespace larder::config {

namespace {

// A job runs for one hour at most.
constexpr std::chrono::hours kTwoJobs{2};

constexpr std::string_view kSections[] = {"server", "plugins", "storage",
                                          "cache",  "access",  "repositories"};

bool isName(std::string_view name) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !name.empty() && name.size() <= 63 && plain(name.front()) &&
         std::all_of(name.begin(), name.end(),
                     [&](char c) { return plain(c) || c == '-' || c == '_'; });
}

bool isPluginName(std::string_view name) {
  return isName(name) && name.find('_') == std::string_view::npos && name.front() >= 'a';
}

bool isSetting(std::span<const sdk::SettingSpec> specs, std::string_view key) {
  return std::any_of(specs.begin(), specs.end(),
                     [&](const sdk::SettingSpec& spec) { return key == spec.name; });
}

}  // namespace

void ConfigurationReader::read(const LoadOptions& options) {
  refuseUnknown();
  readServer(options);
  readInstances("storage", storageSettings(), configuration_.storages);
  readInstances("cache", cacheSettings(), configuration_.caches);
  readAccesses();
  for (const Instance& storage : configuration_.storages) checkStorageTimes(storage);
  checkComposed();
  readRepositories();
}

const Node* ConfigurationReader::top(std::string_view key) {
  const Node::Entry* entry = root_.find(key);
  if (entry == nullptr) return nullptr;
  const Node& node = *entry->value;
  if (node.kind == Node::Kind::Map) return &node;
  if (node.kind == Node::Kind::Null) {
    problems_.add(entry->where, key, "has no value; write a map or remove the key");
  } else {
    problems_.add(node.where, key, "must be a map; found " + std::string(kindWord(node.kind)));
  }
  return nullptr;
}

void ConfigurationReader::refuseUnknown() {
  const std::vector<std::string_view> known(std::begin(kSections), std::end(kSections));
  for (const Node::Entry& entry : root_.entries) {
    if (std::find(known.begin(), known.end(), entry.key) != known.end()) continue;
    std::string why = "unknown section; the file has " + joined(known);
    if (isSetting(serverSettings(), entry.key)) {
      why += " (this is a setting of server: indent it below)";
    } else {
      why += suggestion(entry.key, known);
    }
    problems_.add(entry.where, shownKey(entry.key), why);
  }
}

void ConfigurationReader::readServer(const LoadOptions& options) {
  const Position whole{configuration_.file_, 0, 0};
  configuration_.server_ =
      sections_.read(top("server"), whole, "server", {serverSettings(), {}, "server"});
  const Section& server = *configuration_.server_;
  configuration_.listen_ = options.listen.empty() ? server.list("listen") : options.listen;
  checkServer(server, options.listen, problems_);
  const auto plugins =
      sections_.read(top("plugins"), whole, "plugins", {pluginsSettings(), {}, "plugins"});
  configuration_.pluginPath = plugins->list("path");
  for (const std::string& directory : configuration_.pluginPath) {
    if (directory.empty()) {
      problems_.add(plugins->invalid("path", "holds an empty path; write a directory"));
    }
  }
}

bool ConfigurationReader::usable(std::string_view section, const Node::Entry& entry) {
  const std::string path = childPath(section, entry.key);
  const Node& node = *entry.value;
  if (!isName(entry.key)) {
    problems_.add(entry.where, path,
                  "a name is 1 to 63 of a-z, 0-9, - and _, with a letter or digit first; found " +
                      shown(entry.key));
  }
  if (node.kind == Node::Kind::Map) return true;
  if (node.kind == Node::Kind::Null) {
    problems_.add(entry.where, path, "has no value; write a map or remove the key");
  } else {
    problems_.add(node.where, path, "must be a map; found " + std::string(kindWord(node.kind)));
  }
  return false;
}

Instance ConfigurationReader::readInstance(std::string_view kind, const Node::Entry& entry,
                                           Specs specs) {
  Instance instance{std::string(kind), entry.key, "", entry.where, {}, nullptr, entry.value};
  instance.host = sections_.read(entry.value.get(), entry.where, instance.path(),
                                 {specs, {}, instance.kind, true});
  instance.plugin = instance.host->string("plugin");
  instance.pluginAt = instance.host->whereIs("plugin");
  if (!instance.plugin.empty() && !isPluginName(instance.plugin)) {
    problems_.add(instance.host->invalid(
        "plugin", "must be a plugin's name of a-z, 0-9 and -; found " + shown(instance.plugin)));
    instance.plugin.clear();
  }
  return instance;
}

void ConfigurationReader::readInstances(std::string_view kind, Specs specs,
                                        std::vector<Instance>& instances) {
  const Node* node = top(kind);
  if (node == nullptr) return;
  for (const Node::Entry& entry : node->entries) {
    if (usable(kind, entry)) instances.push_back(readInstance(kind, entry, specs));
  }
}

void ConfigurationReader::readAccesses() {
  const Node* node = top("access");
  if (node == nullptr) return;
  const auto isText = [](const Node::Entry* entry) {
    return entry != nullptr && entry->value->kind == Node::Kind::Scalar;
  };
  for (const Node::Entry& entry : node->entries) {
    if (!usable("access", entry)) continue;
    AccessInstance access;
    access.name = entry.key;
    const Node& map = *entry.value;
    const bool joinsOthers =
        map.find("plugin") == nullptr && (isText(map.find("users")) || isText(map.find("grants")));
    if (joinsOthers) {
      access.names = sections_.read(&map, entry.where, childPath("access", entry.key),
                                    {composedAccessSettings(), {}, "access without a plugin"});
      access.users = access.names->string("users");
      access.grants = access.names->string("grants");
    } else {
      access.instance = readInstance("access", entry, accessSettings());
    }
    configuration_.accesses.push_back(std::move(access));
  }
}

void ConfigurationReader::checkComposed() {
  std::vector<std::string_view> names;
  for (const AccessInstance& access : configuration_.accesses) {
    if (!access.composed()) names.push_back(access.name);
  }
  for (const AccessInstance& access : configuration_.accesses) {
    if (!access.composed()) continue;
    for (const char* key : {"users", "grants"}) checkName(*access.names, key, "access", names);
  }
}

void ConfigurationReader::checkStorageTimes(const Instance& instance) {
  const auto requests = 2 * configuration_.server_->duration("handler_timeout");
  const auto least = std::max<std::chrono::milliseconds>(requests, kTwoJobs);
  for (const char* name : {"collect_after", "keep_entries"}) {
    if (instance.host->duration(name) >= least) continue;
    problems_.add(instance.host->invalid(
        name,
        "must be two hours at least, and at least twice server.handler_timeout, or what a running "
        "request or job needs could be deleted under it; write 24h"));
  }
}

}  // namespace larder::config
