#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "project.h"
#include "simple_html.h"

namespace larder::pypi {

/// The simple index as JSON, version 1.4: PEP 691, 592, 700, 714, 792. Links are absolute paths
/// below `mount`.
std::string projectJson(const Project& project, std::string_view mount);
std::string rootJson(const std::vector<ProjectName>& projects);

}  // namespace larder::pypi
