#include "project_changes.h"

#include <algorithm>
#include <utility>

#include "escape.h"
#include "identity.h"
#include "project.h"
#include "services.h"

namespace larder::pypi {
namespace {

using Changes = std::vector<sdk::Change>;

// The change of a summary that follows every other change: written anew, or gone with its cause.
sdk::Change summaryChange(const std::string& project, ProjectRecord& summary) {
  ++summary.serial;
  if (summary.files == 0 && summary.status == Status::Active) {
    return {projectKey(project), std::nullopt};
  }
  return {projectKey(project), toJson(summary)};
}

sdk::Result<Project> requireProject(sdk::Context& ctx, sdk::RecordReader& now,
                                    const std::string& name) {
  LARDER_TRY_ASSIGN(auto project, loadProject(ctx, now, name));
  if (!project) return noSuchProject(name);
  return std::move(*project);
}

}  // namespace

sdk::Result<Changes> decideDeletion(sdk::Context& ctx, sdk::RecordReader& now,
                                    const std::string& name, const std::string& filename,
                                    std::int64_t time) {
  LARDER_TRY_ASSIGN(auto project, requireProject(ctx, now, name));
  const auto doomed =
      std::find_if(project.files.begin(), project.files.end(),
                   [&](const ProjectFile& file) { return file.record.filename == filename; });
  if (doomed == project.files.end()) {
    return noSuchFile(name, filename);
  }
  const ProjectFile gone = std::move(*doomed);
  project.files.erase(doomed);
  Changes changes;
  changes.push_back({fileKey(name, filename), std::nullopt});
  const std::string identity = identityOf(gone.record);
  changes.push_back({identityKey(name, identity), std::nullopt});
  changes.push_back({tombstoneKey(name, identity),
                     toJson(TombstoneRecord{filename, gone.record.content.sha256, time})});
  const bool lastOfVersion =
      std::none_of(project.files.begin(), project.files.end(),
                   [&](const ProjectFile& file) { return file.version == gone.version; });
  if (gone.yanked && lastOfVersion) {
    changes.push_back({yankKey(name, gone.record.version), std::nullopt});
  }
  recomputeSummary(project.summary, project.files);
  changes.push_back(summaryChange(name, project.summary));
  return changes;
}

sdk::Result<Changes> decideYank(sdk::Context& ctx, sdk::RecordReader& now, const std::string& name,
                                const std::string& version,
                                const std::optional<std::string>& reason) {
  LARDER_TRY_ASSIGN(auto project, requireProject(ctx, now, name));
  const AnyVersion wanted(version);
  const auto file = std::find_if(project.files.begin(), project.files.end(),
                                 [&](const ProjectFile& f) { return f.version == wanted; });
  if (file == project.files.end()) {
    return sdk::Error(sdk::Errc::NotFound,
                      "Project " + name + " has no version " + inQuotes(version));
  }
  if (file->yanked == reason) return Changes();
  Changes changes;
  const std::string key = yankKey(name, file->record.version);
  if (reason) {
    changes.push_back({key, toJson(YankRecord{file->record.version, *reason})});
  } else {
    changes.push_back({key, std::nullopt});
  }
  changes.push_back(summaryChange(name, project.summary));
  return changes;
}

sdk::Result<Changes> decideStatus(sdk::Context& ctx, sdk::RecordReader& now,
                                  const std::string& name, const StatusChange& wanted) {
  LARDER_TRY_ASSIGN(const auto record, now.get(ctx, projectKey(name)));
  if (!record) return noSuchProject(name);
  LARDER_TRY_ASSIGN(auto summary, parseProject(record->value));
  if (summary.status == wanted.status && summary.reason == wanted.reason) return Changes();
  const bool quarantine =
      summary.status == Status::Quarantined || wanted.status == Status::Quarantined;
  if (quarantine && !wanted.mayQuarantine) {
    return sdk::Error(sdk::Errc::Forbidden,
                      "Only administrators can impose or lift the quarantine of " + name);
  }
  summary.status = wanted.status;
  summary.reason = wanted.reason;
  Changes changes;
  changes.push_back(summaryChange(name, summary));
  return changes;
}

}  // namespace larder::pypi
