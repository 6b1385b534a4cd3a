#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core_metadata.h"
#include "project.h"

namespace larder::pypi {

/// One version's files within a project, in the project's order.
struct Release {
  AnyVersion version;
  std::vector<const ProjectFile*> files;  ///< Never empty.

  /// The file whose metadata speaks for the release: a wheel if there is one, else whichever has
  /// metadata, else the first.
  const ProjectFile& spokesman() const;
  bool yanked() const { return files.front()->yanked.has_value(); }
};

/// The releases of a project, lowest first. Refer to `project`.
std::vector<Release> releasesOf(const Project& project);

/// The release to show when none is asked for: not yanked before not a prerelease before the
/// highest. Requires: there is one.
const Release& latestRelease(const std::vector<Release>& releases);

/// What PyPI's JSON API says about one release. `mount` is the repository's absolute address.
nlohmann::ordered_json releaseDocument(const Project& project, const Release& shown,
                                       const CoreMetadata& metadata, std::string_view mount);

/// {"version": [file, …], …} of all releases.
nlohmann::ordered_json releasesJson(const std::vector<Release>& releases, std::string_view mount);

}  // namespace larder::pypi
