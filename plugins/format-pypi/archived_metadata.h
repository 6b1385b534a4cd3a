#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "distribution_filename.h"
#include "larder/sdk/context.h"
#include "larder/sdk/host.h"
#include "larder/sdk/result.h"

namespace larder::pypi {

/// What reading an untrusted archive may cost. The defaults let everything through that is on the
/// public index.
struct ArchiveLimits {
  std::uint64_t entries = 200'000;
  std::uint64_t unpackedBytes = std::uint64_t{32} << 30;
  std::uint64_t unpackedXzBytes = std::uint64_t{512} << 20;  ///< Its decoder may keep all of it.
  std::uint64_t ratio = 100;                                 ///< Unpacked to packed, …
  std::uint64_t ratioFrom = std::uint64_t{64} << 20;         ///< … looked at from this size on.
};

/// Returns the bytes of the metadata document in an archive, exactly as stored: a wheel's
/// <name>-<version>.dist-info/METADATA, an sdist's <directory>/PKG-INFO, an egg's
/// EGG-INFO/PKG-INFO. Nothing when the archive has none, and for Windows installers. Nothing is
/// written to disk; blocks for as long as it takes to read (an sdist: all of it), watches `ctx`.
///
/// Refuses what two readers could understand differently: the document twice, or as a link; two
/// .dist-info directories or one of another release, or with a
/// member spelled "./a" or "a//b"; in zips: names that are not the UTF-8 they say; bytes before or
/// after the archive, repeated names, overlapping or encrypted members, local headers unlike the
/// central directory; in tars: another compression than the extension says, or two. Absolute and
/// ".." member names are not looked at, because nothing is unpacked here.
///
/// Errors: Invalid (refused as above, damaged, or over `limits`; the text is fit for the client);
/// Unavailable (disk); Timeout, Cancelled.
sdk::Result<std::optional<std::string>> readArchivedMetadata(sdk::Context& ctx,
                                                             const DistributionFilename& file,
                                                             const sdk::SpooledContent& content,
                                                             const ArchiveLimits& limits = {});

}  // namespace larder::pypi
