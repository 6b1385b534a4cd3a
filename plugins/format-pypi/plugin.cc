#include "larder/sdk/plugin.h"

#include <iterator>
#include <memory>

#include "pypi_format.h"

namespace {

namespace sdk = larder::sdk;

constexpr sdk::SettingSpec kUpstream[] = {
    {"mode", sdk::SettingType::String, "none", false,
     "What to do about projects that are not here. This version has `none`: they do not exist."},
};

constexpr sdk::SettingSpec kSettings[] = {
    {"tombstones", sdk::SettingType::Boolean, "false", false,
     "Whether the name of a deleted file stays reserved: only the same bytes can be uploaded under "
     "it again."},
    {"upstream", sdk::SettingType::Map, "", false, "An index to fall back to.", kUpstream,
     std::size(kUpstream)},
};

void check(const sdk::Settings& settings, sdk::SettingProblems& problems) {
  const sdk::Settings& upstream = settings.map("upstream");
  const std::string mode = upstream.string("mode");
  if (mode == "none") return;
  problems.add(upstream.invalid(
      "mode", "found '" + mode + "'; this version of larder has no fallback, write none"));
}

sdk::Result<std::unique_ptr<sdk::Format>> create(sdk::Context&, sdk::FormatHost& host,
                                                 const sdk::Settings& settings) {
  return std::unique_ptr<sdk::Format>(
      std::make_unique<larder::pypi::PypiFormat>(host, settings.boolean("tombstones")));
}

}  // namespace

LARDER_PLUGIN(larder::sdk::FormatPlugin) = {
    .header = larder::sdk::makePluginHeader("format", "pypi", "1.0.0",
                                            "Python package index for pip, uv, poetry and twine"),
    .settings = kSettings,
    .settingCount = std::size(kSettings),
    .check = &check,
    .create = &create,
};
