#include "distribution.h"

#include <utility>

#include "project_name.h"

namespace larder::pypi {
namespace {

namespace sdk = larder::sdk;

/// "<name>-<version>" as the file name has it.
std::string stemOf(const DistributionFilename& file) { return file.name + "-" + file.version; }

}  // namespace

sdk::Result<Distribution> inspectDistribution(sdk::Context& ctx, std::string_view filename,
                                              const sdk::SpooledContent& content, NameHint hint,
                                              const ArchiveLimits& limits) {
  Distribution found;
  LARDER_TRY_ASSIGN(found.file, parseDistributionFilename(filename, hint));
  LARDER_TRY_ASSIGN(found.metadata, readArchivedMetadata(ctx, found.file, content, limits));
  if (found.metadata) {
    auto core = parseCoreMetadata(*found.metadata);
    if (!core) return std::move(core).error().within(filename);
    found.core = std::move(core).value();
    if (!namesRelease(stemOf(found.file), found.core.name, found.core.version)) {
      return sdk::Error(sdk::Errc::Invalid, "the file is called '" + std::string(filename) +
                                                "' but its metadata says it is " + found.core.name +
                                                " " + found.core.version);
    }
    LARDER_TRY_ASSIGN(found.file,
                      parseDistributionFilename(filename, {found.core.name, found.core.version}));
  } else {
    found.core.metadataVersion = "1.0";
    found.core.name = found.file.name;
    found.core.version = found.file.version;
  }
  found.project = normalizeName(found.core.name);
  return found;
}

}  // namespace larder::pypi
