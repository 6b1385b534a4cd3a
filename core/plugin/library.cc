#include "core/plugin/library.h"

#include <algorithm>
#include <boost/dll/shared_library.hpp>
#include <cstring>
#include <map>
#include <memory>
#include <vector>

#include "core/base/guarded.h"
#include "core/plugin/elf.h"
#include "core/plugin/header_gate.h"

namespace larder::plugin {
namespace {

constexpr const char* kSymbol = "larder_plugin";

struct Library {
  boost::dll::shared_library handle;
  LoadedPlugin plugin;
};

using Libraries = Guarded<std::map<std::string, std::unique_ptr<Library>>>;

/// Reachable until the process ends and never destroyed: plugins stay loaded.
Libraries& libraries() {
  static auto* all = new Libraries;
  return *all;
}

sdk::Error unsupported(std::string text) { return {sdk::Errc::Unsupported, std::move(text)}; }

/// The size of larder_plugin, once it is known to be the only export.
sdk::Result<std::uint64_t> checkExports(const std::string& path) {
  LARDER_TRY_ASSIGN(auto symbols, exportedSymbols(path));
  const auto ours = std::find_if(symbols.begin(), symbols.end(),
                                 [](const ExportedSymbol& s) { return s.name == kSymbol; });
  if (ours == symbols.end()) return unsupported("not a larder plugin (no larder_plugin symbol)");
  const ExportedSymbol entry = *ours;
  symbols.erase(ours);
  if (!symbols.empty()) {
    std::string text = "exports " + std::to_string(symbols.size() + 1) + " symbols, wanted only " +
                       kSymbol + "; also found " + symbols.front().name;
    if (symbols.size() > 1) text += " and " + std::to_string(symbols.size() - 1) + " more";
    return unsupported(text + "; link it with the SDK's plugin.map");
  }
  if (!entry.isData) return unsupported("larder_plugin is not constant data");
  if (entry.size < sizeof(sdk::PluginHeader)) {
    return unsupported("larder_plugin has " + std::to_string(entry.size) +
                       " bytes, wanted at least " + std::to_string(sizeof(sdk::PluginHeader)));
  }
  return entry.size;
}

/// What dlerror(3) said; Boost wraps it and adds an error code that means nothing.
std::string reason(const std::string& what) {
  constexpr std::string_view kBefore = "dlerror system message: ";
  const std::size_t start = what.find(kBefore);
  if (start == std::string::npos) return what;
  const std::size_t end = what.rfind("): ");
  const std::size_t first = start + kBefore.size();
  return what.substr(first, end == std::string::npos || end < first ? end : end - first);
}

sdk::Result<boost::dll::shared_library> openNow(const std::string& path) {
  try {
    namespace mode = boost::dll::load_mode;
    return boost::dll::shared_library(path, mode::rtld_now | mode::rtld_local);
  } catch (const std::exception& e) {
    return unsupported("cannot be loaded: " + reason(e.what()));
  }
}

/// What every kind of descriptor has, at the same place in each.
sdk::Result<void> checkDescriptor(const sdk::StoragePlugin& descriptor, std::uint64_t size) {
  if (size != sizeof(sdk::StoragePlugin)) {
    return unsupported("larder_plugin has " + std::to_string(size) + " bytes, wanted " +
                       std::to_string(sizeof(sdk::StoragePlugin)));
  }
  if (descriptor.create == nullptr) return unsupported("its create function is null");
  if (descriptor.settings == nullptr && descriptor.settingCount > 0) {
    return unsupported("declares " + std::to_string(descriptor.settingCount) +
                       " settings but lists none");
  }
  for (const auto& spec : std::span(descriptor.settings, descriptor.settingCount)) {
    if (spec.name == nullptr || spec.help == nullptr) {
      return unsupported("declares a setting without name or help");
    }
  }
  return {};
}

static_assert(sizeof(sdk::StoragePlugin) == sizeof(sdk::CachePlugin) &&
              sizeof(sdk::StoragePlugin) == sizeof(sdk::AccessPlugin) &&
              sizeof(sdk::StoragePlugin) == sizeof(sdk::FormatPlugin));

sdk::Result<std::unique_ptr<Library>> loadLibrary(const std::string& path, const std::string& kind,
                                                  const std::string& name) {
  LARDER_TRY_ASSIGN(const std::uint64_t size, checkExports(path));
  LARDER_TRY_ASSIGN(auto handle, openNow(path));
  auto library = std::make_unique<Library>(Library{std::move(handle), {}});
  const auto& header = library->handle.get<const sdk::PluginHeader>(kSymbol);
  auto refused = checkHeader(header, kind, name);
  // The header is its first member, and all kinds have the same layout.
  const auto& descriptor = reinterpret_cast<const sdk::StoragePlugin&>(header);
  if (refused) refused = checkDescriptor(descriptor, size);
  if (!refused) {
    // Its static constructors have run, so it stays mapped like any other.
    static auto* kept = new Guarded<std::vector<boost::dll::shared_library>>;
    kept->lock()->push_back(std::move(library->handle));
    return std::move(refused).error();
  }
  LoadedPlugin& plugin = library->plugin;
  plugin.kind = kind;
  plugin.name = name;
  plugin.version = header.version;
  plugin.summary = header.summary;
  plugin.sdk = sdkVersion(header.sdkMajor, header.sdkMinor);
  plugin.path = path;
  plugin.settings = {descriptor.settings, descriptor.settingCount};
  plugin.descriptor = &header;
  return library;
}

}  // namespace

sdk::Result<const LoadedPlugin*> openLibrary(const std::string& path, const std::string& kind,
                                             const std::string& name) {
  auto all = libraries().lock();
  const auto known = all->find(path);
  if (known != all->end()) return &known->second->plugin;
  LARDER_TRY_ASSIGN(auto library, loadLibrary(path, kind, name));
  return &all->emplace(path, std::move(library)).first->second->plugin;
}

}  // namespace larder::plugin
