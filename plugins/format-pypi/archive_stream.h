#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "archived_metadata.h"
#include "larder/sdk/context.h"
#include "larder/sdk/host.h"
#include "larder/sdk/result.h"

struct archive;
struct archive_entry;

namespace larder::pypi {

/// The members of an archive one after the other, read by libarchive from the spool.
class ArchiveStream {
 public:
  /// `extension` decides what the bytes must be: ".tar.gz" is gzip around tar and nothing else.
  /// The arguments must outlive the stream.
  ArchiveStream(sdk::Context& ctx, const sdk::SpooledContent& content, std::string_view extension,
                const ArchiveLimits& limits);
  ~ArchiveStream();
  ArchiveStream(const ArchiveStream&) = delete;
  ArchiveStream& operator=(const ArchiveStream&) = delete;

  /// Goes to the next member; false: there is none.
  /// Errors: Invalid (damaged, over the limits), Unavailable, Timeout, Cancelled.
  sdk::Result<bool> next();

  std::string path() const;  ///< As stored.
  bool isFile() const;       ///< Neither link, directory nor device.

  /// The member's content; a longer one than `limit` is Invalid.
  sdk::Result<std::string> read(std::size_t limit);

 private:
  static long readBlock(archive*, void* self, const void** block);
  static std::int64_t seek(archive*, void* self, std::int64_t offset, int whence);

  sdk::Result<void> openNow();
  sdk::Result<void> checkFilters() const;
  sdk::Result<void> checkLimits();
  sdk::Result<void> drain(std::string* into, std::size_t limit);
  sdk::Error failure();

  struct Closer {
    void operator()(archive* opened) const;
  };

  sdk::Context& ctx_;
  const sdk::SpooledContent& content_;
  const std::string_view extension_;
  const ArchiveLimits& limits_;
  std::unique_ptr<archive, Closer> archive_;
  archive_entry* entry_ = nullptr;
  std::vector<char> buffer_;
  std::uint64_t position_ = 0;
  std::uint64_t entries_ = 0;
  std::optional<sdk::Error> inputError_;
};

}  // namespace larder::pypi
