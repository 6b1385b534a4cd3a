#include "tests/conformance/backend.h"

#include <filesystem>

#include "core/base/hex.h"
#include "core/config/document.h"
#include "core/config/section_reader.h"
#include "core/plugin/instances.h"

namespace larder::conformance {
namespace {

Backend* current = nullptr;

/// Creates an instance or ends the test that wanted it.
template <class Interface>
std::unique_ptr<Interface> orFail(sdk::Result<std::unique_ptr<Interface>> made) {
  LARDER_ASSERT_OK(made);
  return std::move(made).value();
}

sdk::Error invalid(const config::Problems& problems) {
  std::string text;
  for (const std::string& line : problems.lines()) text += (text.empty() ? "" : "\n") + line;
  return {sdk::Errc::Invalid, text};
}

}  // namespace

Backend& backend() { return *current; }
void setBackend(Backend* backend) { current = backend; }

CallContext makeContext(std::chrono::milliseconds budget) {
  return CallContext("conformance-" + randomHex(4), budget);
}

sdk::Result<std::unique_ptr<Backend>> Backend::open(const std::string& pluginFile,
                                                    const std::string& configFile) {
  const std::string spoolPath = std::filesystem::temp_directory_path().string();
  LARDER_TRY_ASSIGN(auto spool, content::SpoolDirectory::open(spoolPath));
  std::unique_ptr<Backend> backend(new Backend(std::move(spool)));
  backend->loader_ =
      std::make_unique<plugin::Loader>(std::vector<std::string>{}, backend->host_.logger());
  LARDER_TRY_ASSIGN(backend->plugin_, backend->loader_->loadFile(pluginFile));
  LARDER_TRY(backend->readConfig(configFile));
  return backend;
}

sdk::Result<void> Backend::readConfig(const std::string& configFile) {
  config::Problems problems;
  const auto text = config::readFile(configFile, problems);
  const auto environment = [this](const std::string& name) {
    return name == "DIRECTORY" ? directory_.path() : config::processEnvironment(name);
  };
  const auto document =
      text ? config::parseDocument(configFile, *text, environment, problems) : nullptr;
  if (!document) return invalid(problems);
  for (const auto& entry : document->entries) {
    if (entry.key != "settings" && entry.key != "lacks") {
      problems.add(entry.where, entry.key, "unknown key; a backend has settings and lacks");
    }
  }
  const auto* settings = document->find("settings");
  config::SectionReader reader(std::make_shared<config::Secrets>(), problems);
  settings_ = reader.read(settings ? settings->value.get() : nullptr,
                          settings ? settings->where : document->where, "settings",
                          {plugin_->settings, {}, plugin_->label()});
  if (problems.empty()) plugin::checkSettings(*plugin_, *settings_, problems);
  if (const auto* lacks = document->find("lacks")) {
    for (const auto& entry : lacks->value->entries) lacks_[entry.key] = entry.value->text;
  }
  if (!problems.empty()) return invalid(problems);
  return {};
}

std::unique_ptr<sdk::Storage> Backend::storage() {
  CallContext ctx = makeContext();
  return orFail(plugin::createStorage(*plugin_, ctx, host_, *settings_));
}

std::unique_ptr<sdk::Cache> Backend::cache() {
  CallContext ctx = makeContext();
  return orFail(plugin::createCache(*plugin_, ctx, host_, *settings_));
}

std::unique_ptr<sdk::Access> Backend::access() {
  CallContext ctx = makeContext();
  return orFail(plugin::createAccess(*plugin_, ctx, host_, *settings_));
}

void Backend::needs(const std::string& ability) {
  asked_.insert(ability);
  const auto lack = lacks_.find(ability);
  if (lack != lacks_.end()) LARDER_SKIP("lacks " + ability + ": " + lack->second);
}

std::vector<std::string> Backend::unusedLacks() const {
  std::vector<std::string> unused;
  for (const auto& [ability, reason] : lacks_) {
    if (!asked_.contains(ability)) unused.push_back(ability);
  }
  return unused;
}

}  // namespace larder::conformance
