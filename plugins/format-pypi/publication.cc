#include "publication.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "project.h"

namespace larder::pypi {
namespace {

using Kind = PublicationOutcome::Kind;

sdk::Error conflict(std::string text) { return {sdk::Errc::Conflict, std::move(text)}; }

sdk::Error differentContent(const FileRecord& published, const FileRecord& offered) {
  return conflict("File already exists: " + offered.filename +
                  " is published with other content (SHA-256 " + published.content.sha256 +
                  ", not " + offered.content.sha256 + ")");
}

sdk::Error buried(const TombstoneRecord& tombstone, const FileRecord& offered) {
  return conflict("File already exists: " + offered.filename +
                  " was deleted, and its name can be used again only for the same content "
                  "(SHA-256 " +
                  tombstone.sha256 + ", not " + offered.content.sha256 + ")");
}

sdk::Error closed(const std::string& project, const ProjectRecord& summary) {
  std::string text = "Project " + project + " is " + std::string(statusName(summary.status)) +
                     " and takes no uploads";
  if (!summary.reason.empty()) text += ": " + summary.reason;
  return {sdk::Errc::Forbidden, std::move(text)};
}

bool takesUploads(Status status) {
  return status == Status::Active || status == Status::Deprecated;
}

// The summary after `file` has taken the place of the published file of that name.
sdk::Result<void> resummarize(sdk::Context& ctx, sdk::RecordReader& now, const FileRecord& file,
                              ProjectRecord& summary) {
  LARDER_TRY_ASSIGN(auto project, loadProject(ctx, now, file.project));
  if (!project) return sdk::Error(sdk::Errc::Corrupt, file.project + ": files without a summary");
  for (auto& other : project->files) {
    if (other.record.filename != file.filename) continue;
    other.record = file;
    other.version = AnyVersion(file.version);
  }
  recomputeSummary(summary, project->files);
  return {};
}

}  // namespace

sdk::Result<std::vector<sdk::Change>> decidePublication(sdk::Context& ctx, sdk::RecordReader& now,
                                                        const Publication& publication,
                                                        PublicationOutcome& outcome) {
  const FileRecord& file = publication.file;
  outcome = {Kind::Published, file};
  const std::array<std::string, 3> keys{projectKey(file.project),
                                        fileKey(file.project, file.filename),
                                        tombstoneKey(file.project, file.filename)};
  LARDER_TRY_ASSIGN(const auto found, now.get(ctx, keys));
  ProjectRecord summary;
  if (found[0]) {
    LARDER_TRY_ASSIGN(summary, parseProject(found[0]->value));
    if (!takesUploads(summary.status)) return closed(file.project, summary);
  }
  std::vector<sdk::Change> changes;
  if (found[1]) {
    LARDER_TRY_ASSIGN(auto published, parseFile(found[1]->value));
    if (published.content.sha256 == file.content.sha256) {
      outcome = {Kind::Unchanged, std::move(published)};
      return changes;
    }
    if (!publication.mayReplace) return differentContent(published, file);
    outcome.kind = Kind::Replaced;
    LARDER_TRY(resummarize(ctx, now, file, summary));
  } else {
    addToSummary(summary, file);
  }
  if (found[2]) {
    LARDER_TRY_ASSIGN(const auto tombstone, parseTombstone(found[2]->value));
    if (publication.tombstones && tombstone.sha256 != file.content.sha256) {
      return buried(tombstone, file);
    }
    changes.push_back({keys[2], std::nullopt});
  }
  ++summary.serial;
  changes.push_back({keys[0], toJson(summary)});
  changes.push_back({keys[1], toJson(file)});
  return changes;
}

}  // namespace larder::pypi
