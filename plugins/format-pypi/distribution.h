#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "archived_metadata.h"
#include "core_metadata.h"
#include "distribution_filename.h"
#include "larder/sdk/context.h"
#include "larder/sdk/host.h"
#include "larder/sdk/result.h"

namespace larder::pypi {

/// A file somebody wants to publish, as the file itself describes it.
struct Distribution {
  DistributionFilename file;

  /// METADATA or PKG-INFO: its bytes as stored, and what they say. Nothing when the archive has
  /// none; name and version are then those of the file name.
  std::optional<std::string> metadata;
  CoreMetadata core;  ///< Name and version are always set.

  std::string project;  ///< core.name, normalised.
};

/// Looks into an uploaded file. `hint` (name and version the uploader claims, if any) only helps to
/// split the file name of an archive without metadata; comparing with the claim is the caller's.
///
/// Errors: those of parseDistributionFilename(), readArchivedMetadata() and parseCoreMetadata();
/// Invalid when file name and metadata name different releases. Invalid has a text fit for the
/// client.
sdk::Result<Distribution> inspectDistribution(sdk::Context& ctx, std::string_view filename,
                                              const sdk::SpooledContent& content,
                                              NameHint hint = {}, const ArchiveLimits& limits = {});

}  // namespace larder::pypi
