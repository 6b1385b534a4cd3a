#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "archived_metadata.h"
#include "larder/sdk/context.h"
#include "larder/sdk/host.h"
#include "larder/sdk/result.h"

namespace larder::pypi {

/// One line of a zip's central directory.
struct ZipMember {
  std::string name;
  std::uint64_t offset = 0;  ///< Of the local header.
  std::uint64_t packed = 0;
  std::uint64_t unpacked = 0;
  std::uint32_t crc = 0;
  std::uint16_t flags = 0;
  std::uint16_t method = 0;
};

/// Reads the central directory (APPNOTE.TXT 4.3.12 to 4.3.16, ZIP64 included) and makes sure that
/// readers which start at the end of the file and readers which start at its beginning see the same
/// members: see readArchivedMetadata(). The members are in the order of their offsets.
///
/// Errors: Invalid, Unavailable, Timeout, Cancelled.
sdk::Result<std::vector<ZipMember>> readZipMembers(sdk::Context& ctx,
                                                   const sdk::SpooledContent& content,
                                                   const ArchiveLimits& limits);

}  // namespace larder::pypi
