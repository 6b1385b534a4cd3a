#pragma once

#include <optional>
#include <string>

#include "distribution.h"
#include "upload_form.h"

namespace larder::pypi {

/// Where an upload was sent, when its address says so.
struct UploadAddress {
  std::optional<std::string> project;   ///< Normalised.
  std::optional<std::string> filename;  ///< As in the address.
};

/// The project an upload says it is for: by address, form or file name, whichever comes first.
/// Normalised. Rights are asked for it before the file is looked into.
/// Errors: Invalid when none of them names a project.
sdk::Result<std::string> claimedProject(const UploadAddress& address, const UploadForm& form);

/// Compares everything the uploader says with the file itself, which decides. Errors: Invalid,
/// naming both values.
sdk::Result<void> checkClaims(const UploadAddress& address, const UploadForm& form,
                              const Distribution& file);

}  // namespace larder::pypi
