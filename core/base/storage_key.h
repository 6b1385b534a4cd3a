#pragma once

#include <string>
#include <string_view>

namespace larder {

/// Whether `key` follows the grammar of sdk::Storage: 1..512 bytes, segments of
/// 1..200 bytes of [A-Za-z0-9._+~!@=-] joined by single '/', none "." or "..".
bool isStorageKey(std::string_view key) noexcept;

/// The same for a listing's prefix: any beginning of a key, also the empty one.
bool isStoragePrefix(std::string_view prefix) noexcept;

/// Any text as one key segment, injectively: bytes outside [a-z0-9._-] and a
/// leading '.' become "=XX" (upper-case hex). Case is encoded too, so that two
/// names never meet on a file system that folds case. Texts whose form would be
/// longer than 200 bytes end in '~' and their SHA-256.
std::string storageSegment(std::string_view text);

}  // namespace larder
