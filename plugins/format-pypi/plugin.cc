#include "larder/sdk/plugin.h"

#include <iterator>
#include <memory>

#include "pypi_format.h"
#include "pypi_settings.h"

namespace {

namespace sdk = larder::sdk;

sdk::Result<std::unique_ptr<sdk::Format>> create(sdk::Context&, sdk::FormatHost& host,
                                                 const sdk::Settings& settings) {
  return std::unique_ptr<sdk::Format>(
      std::make_unique<larder::pypi::PypiFormat>(host, settings.boolean("tombstones")));
}

}  // namespace

LARDER_PLUGIN(larder::sdk::FormatPlugin) = {
    .header = larder::sdk::makePluginHeader("format", "pypi", "1.0.0",
                                            "Python package index for pip, uv, poetry and twine"),
    .settings = larder::pypi::kSettings,
    .settingCount = std::size(larder::pypi::kSettings),
    .check = &larder::pypi::checkSettings,
    .create = &create,
};
