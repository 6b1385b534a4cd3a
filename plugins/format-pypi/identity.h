#pragma once

#include <string>

#include "records.h"

namespace larder::pypi {

/// Which distribution of its project a file is: one text for all file names that installers take
/// for the same one. The version counts in canonical form (what is not PEP 440: its text in lower
/// case, '-' for '_'), tag sets as sets, ".tgz" as ".tar.gz"; the project's name is no part of it.
/// "1/cp311.cp312-abi3-linux_x86_64.whl", "1/source.tar.gz". Without NUL; with a project's name it
/// fits into a key. Pure. Requires: project, name, version and file name of `file` are set.
std::string identityOf(const FileRecord& file);

}  // namespace larder::pypi
