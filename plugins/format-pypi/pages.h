#pragma once

#include <optional>
#include <vector>

#include "negotiation.h"
#include "project_list.h"
#include "services.h"

namespace larder::pypi {

/// The simple index: GET /simple/ and /simple/<project>/, also below /pypi/.
class Pages {
 public:
  explicit Pages(Services& services, ProjectList& list) : services_(services), list_(list) {}

  /// Answers a project's page from memory when it is known to be current.
  std::optional<sdk::Response> fastProject(sdk::Request& request);
  sdk::Result<sdk::Response> project(sdk::Context& ctx, sdk::Request& request);

  /// Lists what the caller may read. Everybody who may read everything shares one prepared page.
  sdk::Result<sdk::Response> root(sdk::Context& ctx, sdk::Request& request);

 private:
  using Body = std::shared_ptr<const sdk::PreparedBody>;

  sdk::Result<std::optional<ValidatedCache<Body>::Found>> findOrRender(
      sdk::Context& ctx, const std::string& project, Representation representation,
      std::string_view mount);
  Body renderRoot(const ProjectList::Snapshot& list, const std::vector<std::string>& allowed,
                  Representation representation, std::string_view mount);
  sdk::Response answer(const sdk::Request& request, Body body) const;

  Services& services_;
  ProjectList& list_;
};

}  // namespace larder::pypi
