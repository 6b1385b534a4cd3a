#pragma once

#include "project_list.h"
#include "services.h"

namespace larder::pypi {

/// pypicloud's API below /api/package/, and what larder adds to it: yanking and project status.
class PackageApi {
 public:
  PackageApi(Services& services, ProjectList& list) : services_(services), list_(list) {}

  sdk::Result<sdk::Response> listProjects(sdk::Context& ctx, sdk::Request& request);
  sdk::Result<sdk::Response> listFiles(sdk::Context& ctx, sdk::Request& request);
  sdk::Result<sdk::Response> remove(sdk::Context& ctx, sdk::Request& request);
  sdk::Result<sdk::Response> yank(sdk::Context& ctx, sdk::Request& request);
  sdk::Result<sdk::Response> unyank(sdk::Context& ctx, sdk::Request& request);
  sdk::Result<sdk::Response> setStatus(sdk::Context& ctx, sdk::Request& request);

 private:
  Services& services_;
  ProjectList& list_;
};

}  // namespace larder::pypi
