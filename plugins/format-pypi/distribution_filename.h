#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "larder/sdk/result.h"

namespace larder::pypi {

enum class PackageKind : std::uint8_t { Sdist, Wheel, Egg, WindowsInstaller };

/// The word for it in uploads and JSON: "sdist", "bdist_wheel", "bdist_egg", "bdist_wininst".
std::string_view packageType(PackageKind kind) noexcept;

/// The longest file name larder accepts, in bytes.
inline constexpr std::size_t kMaxFilename = 190;

/// What the name of a distribution file says.
struct DistributionFilename {
  std::string filename;
  PackageKind kind = PackageKind::Sdist;
  std::string extension;  ///< ".tar.gz", ".whl", …
  std::string name;       ///< As written: "repoze.lru", "Foo_Bar".
  std::string version;    ///< As written, but '-' for '_' in a wheel's when it is not PEP 440.
  std::string build;      ///< Wheels only, mostly empty: "1", "2abc".
  std::string python;     ///< "py2.py3", "cp311"; others: "2.7", mostly empty.
  std::string abi;        ///< Wheels only.
  std::string platform;   ///< Wheels, and eggs that have one.

  /// What uploads and JSON call the Python version: "source", "py3", "2.7", "any".
  std::string pythonVersion() const;
};

/// Helps to tell where in a file name the version begins; the empty text is "not known".
struct NameHint {
  std::string_view project;
  std::string_view version;
};

/// Takes a file name apart: wheels by the binary distribution format, without tolerance; sdists
/// (.tar.gz .tgz .tar.bz2 .tbz .tar.xz .tar .zip), eggs and .exe as tolerantly as twenty years of
/// tools demand. Where "name-version" is ambiguous a split that agrees with `hint` wins (compared
/// normalised); else the version starts at the first part that is a PEP 440 version, else at the
/// first that starts with a digit, else at the last part. A hint that fits nowhere is ignored:
/// compare what is returned.
///
/// Errors: Invalid: none of these extensions, a name that is no project name, characters outside
/// [A-Za-z0-9._+!~@=-], a leading '.', longer than kMaxFilename. The text is fit for the client.
sdk::Result<DistributionFilename> parseDistributionFilename(std::string_view filename,
                                                            NameHint hint = {});

/// Whether "<name>-<version>" as it stands in a file or directory name can be read as this project
/// and this version, both compared normalised.
bool namesRelease(std::string_view nameAndVersion, std::string_view project,
                  std::string_view version);

/// The order of build tags among wheels of one version: none is lowest, then by number, then by
/// the rest.
std::strong_ordering compareBuilds(std::string_view a, std::string_view b);

}  // namespace larder::pypi
