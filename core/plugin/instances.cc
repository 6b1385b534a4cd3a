#include "core/plugin/instances.h"

#include <exception>

#include "core/plugin/barrier.h"
#include "core/plugin/guards.h"

namespace larder::plugin {
namespace {

template <class... T>
std::string facetsOf(sdk::Component& component) {
  std::string names;
  const auto add = [&](sdk::FacetId id) {
    if (component.facet(id) != nullptr) (names += names.empty() ? "" : " ") += id.text;
  };
  (add(T::kFacet), ...);
  return names;
}

std::string offered(sdk::Component& component) {
  return facetsOf<sdk::LocalFiles, sdk::DurabilityBarrier, sdk::PresignedUrls, sdk::ServerSideCopy,
                  sdk::ChangeCounter, sdk::GrantSource, sdk::AccessVersion>(component);
}

/// The plugin's object, unguarded but known to be one of its kind.
template <class Interface, class HostType>
sdk::Result<std::unique_ptr<Interface>> make(const LoadedPlugin& plugin,
                                             const sdk::Plugin<Interface, HostType>* descriptor,
                                             sdk::Context& ctx, HostType& host,
                                             const sdk::Settings& settings) {
  if (descriptor == nullptr) {
    return sdk::Error(sdk::Errc::Unsupported, plugin.label() + " is of another kind than wanted");
  }
  Barrier barrier(plugin.kind, host);
  Barrier::Operation create(barrier, "create");
  auto made = create.run(ctx, [&] { return descriptor->create(ctx, host, settings); });
  if (!made) return std::move(made).error().within(plugin.label());
  if (*made == nullptr) return create.malformed("returned null").within(plugin.label());
  if ((*made)->facet(Interface::kFacet) == nullptr) {
    return create.malformed("made an object that is no " + plugin.kind).within(plugin.label());
  }
  host.logger().info("plugin.instance.created", "Made an instance of a plugin",
                     {{"facets", offered(**made)}});
  return made;
}

template <class Interface>
sdk::Result<std::unique_ptr<Interface>> guardMade(sdk::Result<std::unique_ptr<Interface>> made,
                                                  sdk::Host& host) {
  if (!made) return made;
  return guard(std::move(made).value(), host);
}

template <class Descriptor>
void runCheck(const Descriptor* descriptor, const sdk::Settings& settings,
              sdk::SettingProblems& problems) {
  if (descriptor == nullptr || descriptor->check == nullptr) return;
  try {
    descriptor->check(settings, problems);
  } catch (const std::exception& e) {
    problems.add(settings.invalid("", std::string("the plugin's check failed: ") + e.what()));
  } catch (...) {
    problems.add(settings.invalid("", "the plugin's check failed"));
  }
}

}  // namespace

sdk::Result<std::unique_ptr<sdk::Storage>> createStorage(const LoadedPlugin& plugin,
                                                         sdk::Context& ctx, sdk::Host& host,
                                                         const sdk::Settings& settings) {
  return guardMade(make(plugin, plugin.storagePlugin(), ctx, host, settings), host);
}

sdk::Result<std::unique_ptr<sdk::Cache>> createCache(const LoadedPlugin& plugin, sdk::Context& ctx,
                                                     sdk::Host& host,
                                                     const sdk::Settings& settings) {
  return guardMade(make(plugin, plugin.cachePlugin(), ctx, host, settings), host);
}

sdk::Result<std::unique_ptr<sdk::Access>> createAccess(const LoadedPlugin& plugin,
                                                       sdk::Context& ctx, sdk::Host& host,
                                                       const sdk::Settings& settings) {
  return guardMade(make(plugin, plugin.accessPlugin(), ctx, host, settings), host);
}

sdk::Result<std::unique_ptr<sdk::Format>> createFormat(const LoadedPlugin& plugin,
                                                       sdk::Context& ctx, sdk::FormatHost& host,
                                                       const sdk::Settings& settings) {
  auto made = guardMade(make(plugin, plugin.formatPlugin(), ctx, host, settings), host);
  if (!made) return std::move(made).error();
  return made;
}

void checkSettings(const LoadedPlugin& plugin, const sdk::Settings& settings,
                   sdk::SettingProblems& problems) {
  runCheck(plugin.storagePlugin(), settings, problems);
  runCheck(plugin.cachePlugin(), settings, problems);
  runCheck(plugin.accessPlugin(), settings, problems);
  runCheck(plugin.formatPlugin(), settings, problems);
}

}  // namespace larder::plugin
