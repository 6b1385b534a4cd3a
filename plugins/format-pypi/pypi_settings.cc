#include "pypi_settings.h"

#include <string>

namespace larder::pypi {

void checkSettings(const sdk::Settings& settings, sdk::SettingProblems& problems) {
  const sdk::Settings& upstream = settings.map("upstream");
  const std::string mode = upstream.string("mode");
  if (mode == "none") return;
  problems.add(upstream.invalid(
      "mode", "found '" + mode + "'; this version of larder has no fallback, write none"));
}

}  // namespace larder::pypi
