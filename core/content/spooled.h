#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "larder/sdk/host.h"

namespace larder::content {

/// Reads bytes at an offset; fewer only at the end. Any thread.
using ReadAt = std::function<sdk::Result<std::size_t>(std::uint64_t, std::span<std::byte>)>;

/// A run of bytes of something that can be read at random: a whole upload, or
/// one part of a multipart body without copying it.
std::unique_ptr<sdk::SpooledContent> makeSlice(ReadAt read, std::uint64_t offset,
                                               std::uint64_t size);

/// Bytes in memory as content.
std::unique_ptr<sdk::SpooledContent> makeContent(std::string bytes);

/// Where uploads wait on local disk. Files have no name, so nothing is left
/// behind by a crash.
class SpoolDirectory {
 public:
  /// Makes the directory when it is missing. Errors: Unavailable.
  static sdk::Result<SpoolDirectory> open(const std::string& path);

  /// See sdk::Host::spool. Thread-safe.
  sdk::Result<std::unique_ptr<sdk::SpooledContent>> spool(sdk::Context& ctx, sdk::Source& from,
                                                          std::uint64_t limit) const;

  const std::string& path() const noexcept { return path_; }

 private:
  explicit SpoolDirectory(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

}  // namespace larder::content
