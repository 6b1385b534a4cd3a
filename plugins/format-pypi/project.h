#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "any_version.h"
#include "larder/sdk/context.h"
#include "larder/sdk/repository.h"
#include "records.h"

namespace larder::pypi {

/// A published file and what its version says about it.
struct ProjectFile {
  FileRecord record;
  AnyVersion version;
  std::optional<std::string> yanked;  ///< The reason, possibly empty; nothing: not yanked.
};

/// Everything known about one project, as of one moment.
struct Project {
  std::string normalized;
  ProjectRecord summary;
  std::uint64_t version = 0;       ///< Record::version of the summary: changes with anything here.
  std::vector<ProjectFile> files;  ///< By version, lowest first, then by file name.

  /// The distinct versions, lowest first, each as its first file spells it.
  std::vector<std::string> versions() const;

  /// What installers may be offered: nothing while the project is quarantined (PEP 792).
  const std::vector<ProjectFile>& offered() const;
};

/// Reads a project; nothing when there is none. Reads again when it changed meanwhile, so what is
/// returned was true at one moment. Errors: Corrupt; Timeout; those of `records`.
sdk::Result<std::optional<Project>> loadProject(sdk::Context& ctx, sdk::RecordReader& records,
                                                std::string_view normalized);

/// The summary's derived part after `file` has joined what it sums up already.
void addToSummary(ProjectRecord& summary, const FileRecord& file);

/// The summary's derived part from nothing but `files`. Status, reason and serial stay; so does the
/// name when there are no files.
void recomputeSummary(ProjectRecord& summary, const std::vector<ProjectFile>& files);

/// All records under `prefix`, page by page.
sdk::Result<std::vector<sdk::Record>> scanAll(sdk::Context& ctx, sdk::RecordReader& records,
                                              std::string_view prefix);

}  // namespace larder::pypi
