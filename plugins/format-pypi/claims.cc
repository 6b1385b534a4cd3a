#include "claims.h"

#include <utility>

#include "any_version.h"
#include "distribution_filename.h"
#include "escape.h"
#include "project_name.h"
#include "specifiers.h"

namespace larder::pypi {
namespace {

sdk::Error contradiction(std::string_view where, std::string_view what, std::string_view claimed,
                         std::string_view actual) {
  std::string text("The ");
  text.append(where).append(" says the ").append(what).append(" is ").append(inQuotes(claimed));
  text.append(", but the file says ").append(inQuotes(actual));
  return {sdk::Errc::Invalid, std::move(text)};
}

sdk::Result<void> checkForm(const UploadForm& form, const Distribution& file) {
  if (!form.name.empty() && normalizeName(form.name) != file.project) {
    return contradiction("form", "name", form.name, file.core.name);
  }
  if (!form.version.empty() && AnyVersion(form.version) != AnyVersion(file.core.version)) {
    return contradiction("form", "version", form.version, file.core.version);
  }
  // Without metadata the form is the only one to say it.
  if (file.metadata && !form.requiresPython.empty() &&
      comparableSpecifiers(form.requiresPython) != comparableSpecifiers(file.core.requiresPython)) {
    return contradiction("form", "requires_python", form.requiresPython, file.core.requiresPython);
  }
  return {};
}

}  // namespace

sdk::Result<std::string> claimedProject(const UploadAddress& address, const UploadForm& form) {
  if (address.project) return *address.project;
  if (!form.name.empty()) {
    if (isProjectName(form.name)) return normalizeName(form.name);
    return sdk::Error(sdk::Errc::Invalid, inQuotes(form.name) + " is no project name");
  }
  LARDER_TRY_ASSIGN(const auto parsed,
                    parseDistributionFilename(form.content->filename, {{}, form.version}));
  return normalizeName(parsed.name);
}

sdk::Result<void> checkClaims(const UploadAddress& address, const UploadForm& form,
                              const Distribution& file) {
  if (address.project && *address.project != file.project) {
    return contradiction("address", "project", *address.project, file.core.name);
  }
  if (address.filename && *address.filename != file.file.filename) {
    return contradiction("address", "file name", *address.filename, file.file.filename);
  }
  return checkForm(form, file);
}

}  // namespace larder::pypi
