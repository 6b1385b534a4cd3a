#include "zip_directory.h"

#include <algorithm>
#include <optional>

#include "archive_input.h"

namespace larder::pypi {
namespace {

namespace sdk = larder::sdk;

constexpr std::size_t kEndSize = 22;
constexpr std::size_t kLocatorSize = 20;
constexpr std::size_t kEnd64Size = 56;
constexpr std::size_t kHeaderSize = 46;
constexpr std::uint64_t kMaxDirectoryBytes = 64u << 20;

constexpr std::uint64_t kAll16 = 0xffff;
constexpr std::uint64_t kAll32 = 0xffffffff;

sdk::Error invalid(std::string why) { return {sdk::Errc::Invalid, std::move(why)}; }

/// What the end record says about the directory.
struct DirectoryPlace {
  std::uint64_t entries = 0;
  std::uint64_t size = 0;
  std::uint64_t offset = 0;
  std::uint64_t end = 0;  ///< Where the record that says so begins.
};

/// The ZIP64 records in front of the end record, if there are. Readers take their numbers over
/// those of the end record, which must therefore be the same or all ones.
sdk::Result<void> applyZip64(const sdk::SpooledContent& content, DirectoryPlace& place) {
  if (place.end < kLocatorSize + kEnd64Size) return {};
  const std::uint64_t locatorAt = place.end - kLocatorSize;
  LARDER_TRY_ASSIGN(const std::string locator, readExactly(content, locatorAt, kLocatorSize));
  if (!locator.starts_with("PK\x06\x07")) return {};
  const std::uint64_t endAt = littleEndian(locator, 8, 8);
  if (endAt > locatorAt - kEnd64Size) return invalid("its ZIP64 records are damaged");
  LARDER_TRY_ASSIGN(const std::string end, readExactly(content, endAt, kEnd64Size));
  const std::uint64_t recordSize = littleEndian(end, 4, 8);
  if (!end.starts_with("PK\x06\x06") || recordSize != locatorAt - endAt - 12 ||
      littleEndian(locator, 4, 4) != 0 || littleEndian(locator, 16, 4) > 1 ||
      littleEndian(end, 16, 8) != 0 || littleEndian(end, 24, 8) != littleEndian(end, 32, 8)) {
    return invalid("its ZIP64 records are damaged or of several volumes");
  }
  const DirectoryPlace wide{littleEndian(end, 32, 8), littleEndian(end, 40, 8),
                            littleEndian(end, 48, 8), endAt};
  if ((place.entries != kAll16 && place.entries != wide.entries) ||
      (place.size != kAll32 && place.size != wide.size) ||
      (place.offset != kAll32 && place.offset != wide.offset)) {
    return invalid("its ZIP64 records contradict its end record");
  }
  place = wide;
  return {};
}

sdk::Result<DirectoryPlace> findDirectory(const sdk::SpooledContent& content) {
  const std::uint64_t size = content.size();
  const std::uint64_t tailSize = std::min<std::uint64_t>(size, kEndSize + kAll16);
  LARDER_TRY_ASSIGN(const std::string tail,
                    readExactly(content, size - tailSize, static_cast<std::size_t>(tailSize)));
  const std::size_t at = tail.rfind("PK\x05\x06");
  if (at == tail.npos || tail.size() - at < kEndSize) {
    return invalid("it is no zip archive, or cut off: no end record in its last 64 KiB");
  }
  const std::string_view end = std::string_view(tail).substr(at);
  if (littleEndian(end, 20, 2) != end.size() - kEndSize) {
    return invalid("there are bytes after its end");
  }
  if (littleEndian(end, 4, 4) != 0 || littleEndian(end, 8, 2) != littleEndian(end, 10, 2)) {
    return invalid("it is one of several volumes");
  }
  DirectoryPlace place{littleEndian(end, 10, 2), littleEndian(end, 12, 4), littleEndian(end, 16, 4),
                       size - tailSize + at};
  LARDER_TRY(applyZip64(content, place));
  if (place.size > place.end || place.offset != place.end - place.size) {
    return invalid(
        "its central directory is not where its end record says: there are bytes before "
        "the archive, or inside it that belong to nothing");
  }
  return place;
}

/// Replaces a field of all ones by its 64-bit value.
bool widen(std::uint64_t& field, std::string_view& wide) {
  if (field != kAll32) return true;
  if (wide.size() < 8) return false;
  field = littleEndian(wide, 0, 8);
  wide.remove_prefix(8);
  return true;
}

/// A name that some readers would take instead of the header's (Info-ZIP, 0x7075). Its purpose is
/// other characters than ASCII; anything else is a disguise.
bool hasDisguise(std::string_view extra) {
  while (extra.size() >= 4) {
    const std::uint64_t size = littleEndian(extra, 2, 2);
    if (littleEndian(extra, 0, 2) == 0x7075 && size >= 5 && size <= extra.size() - 4) {
      const std::string_view name = extra.substr(9, static_cast<std::size_t>(size - 5));
      if (std::all_of(name.begin(), name.end(), [](char c) { return c >= 0; })) return true;
    }
    extra.remove_prefix(std::min<std::size_t>(extra.size(), 4 + static_cast<std::size_t>(size)));
  }
  return false;
}

/// Takes one header off the front of `directory`.
sdk::Result<ZipMember> takeMember(std::string_view& directory) {
  if (directory.size() < kHeaderSize || !directory.starts_with("PK\x01\x02")) {
    return invalid("its central directory is damaged");
  }
  const auto nameSize = static_cast<std::size_t>(littleEndian(directory, 28, 2));
  const auto extraSize = static_cast<std::size_t>(littleEndian(directory, 30, 2));
  const auto commentSize = static_cast<std::size_t>(littleEndian(directory, 32, 2));
  if (directory.size() - kHeaderSize < nameSize + extraSize + commentSize) {
    return invalid("its central directory is damaged");
  }
  ZipMember member;
  member.name = directory.substr(kHeaderSize, nameSize);
  member.flags = static_cast<std::uint16_t>(littleEndian(directory, 8, 2));
  member.method = static_cast<std::uint16_t>(littleEndian(directory, 10, 2));
  member.crc = static_cast<std::uint32_t>(littleEndian(directory, 16, 4));
  member.packed = littleEndian(directory, 20, 4);
  member.unpacked = littleEndian(directory, 24, 4);
  member.offset = littleEndian(directory, 42, 4);
  const std::string_view extra = directory.substr(kHeaderSize + nameSize, extraSize);
  std::string_view wide = zip64Extra(extra);
  if (!widen(member.unpacked, wide) || !widen(member.packed, wide) || !widen(member.offset, wide) ||
      littleEndian(directory, 34, 2) != 0) {
    return invalid("its central directory is damaged");
  }
  if (hasDisguise(extra)) return invalid("it has a member with two different names");
  directory.remove_prefix(kHeaderSize + nameSize + extraSize + commentSize);
  return member;
}

}  // namespace

std::string_view zip64Extra(std::string_view extra) {
  while (extra.size() >= 4) {
    const std::size_t size = static_cast<std::size_t>(littleEndian(extra, 2, 2));
    if (size > extra.size() - 4) break;
    if (littleEndian(extra, 0, 2) == 1) return extra.substr(4, size);
    extra.remove_prefix(4 + size);
  }
  return {};
}

sdk::Result<ZipDirectory> readZipDirectory(const sdk::SpooledContent& content,
                                           const ArchiveLimits& limits) {
  LARDER_TRY_ASSIGN(const DirectoryPlace place, findDirectory(content));
  if (place.entries > limits.entries || place.size > kMaxDirectoryBytes) {
    return invalid("it has " + std::to_string(place.entries) + " members, at most " +
                   std::to_string(limits.entries) + " are allowed");
  }
  LARDER_TRY_ASSIGN(const std::string bytes,
                    readExactly(content, place.offset, static_cast<std::size_t>(place.size)));
  ZipDirectory directory{{}, place.offset};
  directory.members.reserve(static_cast<std::size_t>(place.entries));
  for (std::string_view rest = bytes; !rest.empty();) {
    LARDER_TRY_ASSIGN(ZipMember member, takeMember(rest));
    directory.members.push_back(std::move(member));
  }
  if (directory.members.size() != place.entries) {
    return invalid("its central directory has " + std::to_string(directory.members.size()) +
                   " members where its end record says " + std::to_string(place.entries));
  }
  return directory;
}

}  // namespace larder::pypi
