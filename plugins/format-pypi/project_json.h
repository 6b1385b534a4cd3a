#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core_metadata.h"
#include "project.h"
#include "services.h"

namespace larder::pypi {

/// The JSON API of PyPI: GET /pypi/<project>/json and /pypi/<project>/<version>/json.
class ProjectJson {
 public:
  explicit ProjectJson(Services& services) : services_(services) {}

  sdk::Result<sdk::Response> latest(sdk::Context& ctx, sdk::Request& request);
  sdk::Result<sdk::Response> release(sdk::Context& ctx, sdk::Request& request);

 private:
  using Body = std::shared_ptr<const sdk::PreparedBody>;

  sdk::Result<sdk::Response> answer(sdk::Context& ctx, sdk::Request& request,
                                    std::optional<std::string> version);
  sdk::Result<Body> render(sdk::Context& ctx, const Project& project,
                           const std::optional<std::string>& version, std::string_view mount);
  sdk::Result<CoreMetadata> readMetadata(sdk::Context& ctx, const FileRecord& file);

  Services& services_;
};

}  // namespace larder::pypi
