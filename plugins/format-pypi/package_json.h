#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "records.h"

namespace larder::pypi {

/// A file as pypicloud's API shows it. `mount` is the repository's absolute address.
nlohmann::ordered_json packageJson(const FileRecord& file, const std::optional<std::string>& yanked,
                                   std::string_view mount);

/// Only what whoever sent the file knows of it: name, file name, version and address.
nlohmann::ordered_json nameJson(const FileRecord& file, std::string_view mount);

/// "https://host/prefix/api/package/<project>/<filename>".
std::string packageUrl(const FileRecord& file, std::string_view mount);

}  // namespace larder::pypi
