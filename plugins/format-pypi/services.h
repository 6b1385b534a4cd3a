#pragma once

#include <cstddef>
#include <memory>

#include "larder/sdk/format.h"
#include "records.h"
#include "validated_cache.h"

namespace larder::pypi {

inline constexpr std::size_t kPageMemory = std::size_t{64} << 20;
inline constexpr std::size_t kFileMemory = std::size_t{16} << 20;

/// What all handlers of one repository share.
struct Services {
  Services(sdk::FormatHost& h, bool t)
      : host(h),
        journal(h.journal(kJournal)),
        tombstones(t),
        pages(kPageMemory),
        files(kFileMemory) {}

  sdk::FormatHost& host;
  sdk::Journal& journal;
  const bool tombstones;  ///< A deleted file's name can't be used for other bytes.

  ValidatedCache<std::shared_ptr<const sdk::PreparedBody>> pages;
  ValidatedCache<sdk::BlobBody> files;
};

/// The normalised project that the parameter "project" of the address names.
std::string projectOf(const sdk::Request& request);

/// What costs a prepared page in memory.
std::size_t costOf(const sdk::PreparedBody& body) noexcept;

/// NotFound, for addresses of what does not exist.
sdk::Error noSuchProject(std::string_view project);
sdk::Error noSuchFile(std::string_view project, std::string_view filename);

}  // namespace larder::pypi
