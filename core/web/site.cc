#include "core/web/site.h"

namespace larder::web {

sdk::Result<std::size_t> chooseSite(const std::vector<Site>& sites,
                                    std::optional<std::string_view> wanted) {
  std::string choices;
  std::vector<std::size_t> atRoot;
  for (std::size_t i = 0; i < sites.size(); ++i) {
    if (sites[i].format == nullptr) continue;
    if (wanted && sites[i].repository == *wanted) return i;
    if (sites[i].mount == "/") atRoot.push_back(i);
    choices += (choices.empty() ? "" : ", ") + sites[i].repository;
  }
  if (!wanted && atRoot.size() == 1) return atRoot.front();
  const std::string problem = wanted ? "There is no repository " + std::string(*wanted)
                                     : "Say which repository is meant with ?repository=NAME";
  return sdk::Error(sdk::Errc::Invalid, problem + "; there are: " + choices);
}

}  // namespace larder::web
