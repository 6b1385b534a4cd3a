#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
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

  using Page = ValidatedCache<Body>::Found;

  /// What is known of a page without rendering it.
  struct Look {
    std::optional<std::uint64_t> now;  ///< The journal's version before looking.
    bool exists = false;
    std::optional<Page> page;
  };

  sdk::Result<std::optional<Page>> findOrRender(sdk::Context& ctx, const std::string& project,
                                                Representation representation,
                                                std::string_view mount);
  sdk::Result<Look> find(sdk::Context& ctx, const std::string& key, const std::string& project);
  Body renderRoot(const ProjectList::Snapshot& list, const std::vector<std::string>& allowed,
                  Representation representation, std::string_view mount);
  sdk::Response answer(const sdk::Request& request, Body body) const;

  Services& services_;
  ProjectList& list_;
  // After a change everybody asks at once; one renders, who asked for the same waits.
  std::array<std::mutex, 16> turns_;
};

}  // namespace larder::pypi
