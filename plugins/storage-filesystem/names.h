#pragma once

#include <string_view>

namespace larder::filesystem {

/// The longest key of sdk::Storage.
inline constexpr std::size_t kMaxKey = 512;

/// Whether `name` may be one segment of a key. What is not, is a file of
/// somebody else: never listed, opened or removed.
bool isSegment(std::string_view name) noexcept;

/// The grammar of sdk::Storage. The host has checked it; a path that leaves the
/// storage must be impossible even when it has not.
bool isKey(std::string_view key) noexcept;

/// "a/b/c" is the leaf "c" in the folder "a/b".
struct KeyParts {
  std::string_view folder;  ///< Empty: the storage's root.
  std::string_view leaf;
};
KeyParts split(std::string_view key) noexcept;

}  // namespace larder::filesystem
