#pragma once

#include <cstdint>
#include <vector>

#include "zip_members.h"

namespace larder::pypi {

struct ZipDirectory {
  std::vector<ZipMember> members;  ///< In the order of the directory.
  std::uint64_t offset = 0;        ///< Where the directory starts, and the members end.
};

/// The central directory as it stands; nothing is compared with the members themselves.
sdk::Result<ZipDirectory> readZipDirectory(const sdk::SpooledContent& content,
                                           const ArchiveLimits& limits);

/// The 64-bit values of the extra field 0x0001, in the order of the fields that are all ones.
/// A view of no bytes when there is no such extra field.
std::string_view zip64Extra(std::string_view extra);

}  // namespace larder::pypi
