#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <optional>
#include <string>

namespace larder::sqlite {

/// Which file it is, whatever its name. While it is open, no other gets the same.
struct FileIdentity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};

/// Of the file at `path`; nothing when there is none.
inline std::optional<FileIdentity> identityOf(const std::string& path) noexcept {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return FileIdentity{status.st_dev, status.st_ino};
}

}  // namespace larder::sqlite
