#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "files.h"
#include "larder/sdk/format.h"
#include "package_api.h"
#include "pages.h"
#include "project_json.h"
#include "upload.h"

namespace larder::pypi {

/// The Python package index: the simple index, uploads, downloads, PyPI's JSON API and pypicloud's
/// package API.
class PypiFormat final : public sdk::Format {
 public:
  PypiFormat(sdk::FormatHost& host, bool tombstones);

  std::vector<sdk::Route> routes() override;
  sdk::Result<std::string> normalize(std::string_view project) const override;
  sdk::Result<sdk::Indexed> index(std::string_view journal, std::string_view key,
                                  std::string_view record) const override;
  sdk::Response render(const sdk::Request& request, const sdk::Failure& failure) const override;
  sdk::Result<void> health(sdk::Context& ctx) override;

 private:
  Services services_;
  ProjectList list_;
  Pages pages_;
  Files files_;
  ProjectJson json_;
  Upload upload_;
  PackageApi api_;
};

}  // namespace larder::pypi
