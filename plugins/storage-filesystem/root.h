#pragma once

#include <sys/stat.h>

#include <string>
#include <string_view>

#include "larder/sdk/storage.h"

namespace larder::filesystem {

/// The open directory of the storage. Everything below it is reached through its
/// descriptor, without following a symbolic link.
class Root {
 public:
  /// Makes the directory, and those above it, when they are missing.
  static sdk::Result<Root> open(const std::string& path);

  int fd() const noexcept { return fd_.get(); }
  const std::string& path() const noexcept { return path_; }
  std::string pathOf(std::string_view key) const { return path_ + '/' + std::string(key); }

  /// Opens what is at `key`, of whatever kind, with open(2)'s `flags`. Errors:
  /// NotFound, also when a link is on the way; see systemError().
  sdk::Result<sdk::FileHandle> openAt(std::string_view key, int flags) const;

  /// Opens a regular file and tells about it. Errors: NotFound.
  sdk::Result<sdk::LocalFile> openFile(std::string_view key, int flags) const;

  /// Whether the directory at the path is still the one that is open.
  sdk::Result<void> stillThere() const;

 private:
  Root(std::string path, sdk::FileHandle fd) : path_(std::move(path)), fd_(std::move(fd)) {}

  std::string path_;
  sdk::FileHandle fd_;
};

/// What the host learns about a regular file.
sdk::ObjectInfo infoOf(std::string_view key, const struct stat& status);

}  // namespace larder::filesystem
