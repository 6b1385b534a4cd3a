#pragma once

/// @file
/// What a repository of Python projects keeps: the records of its one journal.
///
///     p/<project>              ProjectRecord: one per project; changes with everything below
///     f/<project>/<filename>   FileRecord: one per published file
///     y/<project>/<version>    YankRecord: one per yanked version
///     i/<project>/<identity>   IdentityRecord: one per published file: how its name is spelled
///     t/<project>/<identity>   TombstoneRecord: one per deleted file that was not published again
///
/// <project> is normalised; <version> is in canonical form; <identity> is that of identity.h. Times
/// are microseconds since 1970, UTC.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "larder/sdk/result.h"

namespace larder::pypi {

inline constexpr std::string_view kJournal = "projects";

/// Whether a journal takes a key: 1..300 bytes without NUL. An address that leads to another one
/// names nothing.
bool isKey(std::string_view key) noexcept;

/// PEP 792.
enum class Status : std::uint8_t { Active, Archived, Quarantined, Deprecated };

std::string_view statusName(Status status) noexcept;
std::optional<Status> parseStatus(std::string_view name) noexcept;

struct StoredBlob {
  std::string key;
  std::string sha256;
  std::uint64_t size = 0;
};

struct FileRecord {
  std::string project;  ///< Normalised.
  std::string name;     ///< As the file spells it.
  std::string version;  ///< As the file spells it.
  std::string filename;
  std::string packageType;    ///< "sdist", "bdist_wheel", …
  std::string pythonVersion;  ///< "source", "py3", …
  StoredBlob content;
  std::optional<StoredBlob> metadata;  ///< METADATA or PKG-INFO as it is in the archive.
  std::string md5;
  std::string blake2b;
  std::int64_t uploaded = 0;
  std::string uploader;        ///< Empty: nobody was logged in.
  std::string requiresPython;  ///< Empty: not said.
  std::string summary;

  /// Whether installers may read the metadata instead of the file (PEP 658). Wheels only: what is
  /// in an sdist may change when it is built.
  bool offersMetadata() const { return metadata && packageType == "bdist_wheel"; }
};

struct ProjectRecord {
  std::string name;  ///< As the latest upload spells it.
  Status status = Status::Active;
  std::string reason;  ///< Why it has that status; may be empty.
  std::uint64_t files = 0;
  std::optional<std::string> stable;  ///< The highest version of digits and dots.
  std::string unstable;               ///< The highest version of all; empty: no files.
  std::int64_t lastModified = 0;      ///< Of the latest upload, or of the status without files.
  std::string summary;                ///< Of the highest version.
  std::uint64_t serial = 0;           ///< Counts changes of any record of the project.
};

struct YankRecord {
  std::string version;  ///< As the file spells it.
  std::string reason;   ///< May be empty.
};

/// Keeps one distribution from being published twice, under two spellings of its file name.
struct IdentityRecord {
  std::string filename;  ///< As it is published.
};

struct TombstoneRecord {
  std::string filename;  ///< As it was published last.
  std::string sha256;
  std::int64_t deleted = 0;
};

std::string fileKey(std::string_view project, std::string_view filename);
std::string filePrefix(std::string_view project);
std::string projectKey(std::string_view project);
std::string yankKey(std::string_view project, std::string_view version);
std::string yankPrefix(std::string_view project);
std::string identityKey(std::string_view project, std::string_view identity);
std::string tombstoneKey(std::string_view project, std::string_view identity);

std::string toJson(const FileRecord& record);
std::string toJson(const ProjectRecord& record);
std::string toJson(const YankRecord& record);
std::string toJson(const IdentityRecord& record);
std::string toJson(const TombstoneRecord& record);

/// Errors of all of them: Corrupt when `text` is not what toJson() writes.
sdk::Result<FileRecord> parseFile(std::string_view text);
sdk::Result<ProjectRecord> parseProject(std::string_view text);
sdk::Result<YankRecord> parseYank(std::string_view text);
sdk::Result<IdentityRecord> parseIdentity(std::string_view text);
sdk::Result<TombstoneRecord> parseTombstone(std::string_view text);

}  // namespace larder::pypi
