#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "project.h"

namespace larder::pypi {

/// A line of the root index.
struct ProjectName {
  std::string normalized;
  std::string display;
};

/// The simple index as HTML, which PEP 833 froze at version 1.4. Links are absolute paths below
/// `mount` ("/prefix/"), so they hold with and without a trailing slash in the address.
std::string projectHtml(const Project& project, std::string_view mount);
std::string rootHtml(const std::vector<ProjectName>& projects, std::string_view mount);

/// "/prefix/files/<project>/<sha256>/<filename>": what an index page links to. The bytes behind
/// it never change.
void appendFileUrl(std::string& out, std::string_view mount, const FileRecord& file);

}  // namespace larder::pypi
