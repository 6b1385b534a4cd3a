#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "larder/sdk/format.h"

namespace larder::pypi {

/// What an upload claims about its file. Empty texts: not claimed.
struct UploadForm {
  std::string name;
  std::string version;
  std::string requiresPython;
  std::string summary;
  std::string md5;
  std::string sha256;
  std::string blake2b;
  sdk::FormFile* content = nullptr;  ///< Belongs to the form.
};

/// Reads the fields of the upload protocol that twine, uv, poetry, curl and others send; unknown
/// ones are passed over. Errors: Invalid: another :action than file_upload, another
/// protocol_version than 1, no file "content", or several parts of that name.
sdk::Result<UploadForm> parseUploadForm(sdk::Form& form);

/// Errors: Invalid, with both values, when a digest that the form states is not that of the bytes;
/// Unavailable (disk).
sdk::Result<void> checkDigests(const UploadForm& form, sdk::SpooledContent& content);

}  // namespace larder::pypi
