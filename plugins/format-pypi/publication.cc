#include "publication.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "identity.h"
#include "project.h"

namespace larder::pypi {
namespace {

using Kind = PublicationOutcome::Kind;

sdk::Error conflict(std::string text) { return {sdk::Errc::Conflict, std::move(text)}; }

// "a.whl is published" or, of another spelling, "A.whl is the same distribution as a.whl, which is
// published".
std::string about(const FileRecord& offered, const std::string& existing, std::string_view what) {
  std::string text = "File already exists: " + offered.filename;
  if (existing != offered.filename) text += " is the same distribution as " + existing + ", which";
  return text.append(what);
}

sdk::Error taken(const Publication& publication, const FileRecord& published) {
  if (!publication.mayRead) return conflict("File already exists");
  const FileRecord& offered = publication.file;
  if (published.content.sha256 == offered.content.sha256) {
    return conflict(about(offered, published.filename, " is published with the same content"));
  }
  return conflict(about(offered, published.filename, " is published with other content (SHA-256 ") +
                  published.content.sha256 + ", not " + offered.content.sha256 + ")");
}

sdk::Error buried(const Publication& publication, const TombstoneRecord& tombstone) {
  if (!publication.mayRead) return conflict("File already exists");
  const FileRecord& offered = publication.file;
  return conflict(about(offered, tombstone.filename,
                        " was deleted, and its name can be used again only for the same content "
                        "(SHA-256 ") +
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

// The summary after `file` has taken the place of the published file `replaced`.
sdk::Result<void> resummarize(sdk::Context& ctx, sdk::RecordReader& now, const FileRecord& file,
                              const std::string& replaced, ProjectRecord& summary) {
  LARDER_TRY_ASSIGN(auto project, loadProject(ctx, now, file.project));
  if (!project) return sdk::Error(sdk::Errc::Corrupt, file.project + ": files without a summary");
  for (auto& other : project->files) {
    if (other.record.filename != replaced) continue;
    other.record = file;
    other.version = AnyVersion(file.version);
  }
  recomputeSummary(summary, project->files);
  return {};
}

// What is there already of the distribution that somebody offers.
struct Present {
  std::optional<ProjectRecord> summary;
  std::optional<FileRecord> published;  // Perhaps under another spelling of its name.
  std::optional<IdentityRecord> identity;
  std::optional<TombstoneRecord> tombstone;
};

template <class Record>
sdk::Result<void> read(const std::optional<sdk::Record>& found,
                       sdk::Result<Record> (*parse)(std::string_view),
                       std::optional<Record>& record) {
  if (!found) return {};
  LARDER_TRY_ASSIGN(record, parse(found->value));
  return {};
}

sdk::Result<Present> look(sdk::Context& ctx, sdk::RecordReader& now, const FileRecord& file,
                          const std::string& identity) {
  const std::array<std::string, 4> keys{
      projectKey(file.project), fileKey(file.project, file.filename),
      identityKey(file.project, identity), tombstoneKey(file.project, identity)};
  LARDER_TRY_ASSIGN(const auto found, now.get(ctx, keys));
  Present present;
  LARDER_TRY(read(found[0], &parseProject, present.summary));
  LARDER_TRY(read(found[1], &parseFile, present.published));
  LARDER_TRY(read(found[2], &parseIdentity, present.identity));
  LARDER_TRY(read(found[3], &parseTombstone, present.tombstone));
  if (present.published || !present.identity) return present;
  LARDER_TRY_ASSIGN(const auto other,
                    now.get(ctx, fileKey(file.project, present.identity->filename)));
  LARDER_TRY(read(other, &parseFile, present.published));
  return present;
}

// Everything that publishing writes, once it is decided that it may.
std::vector<sdk::Change> changesFor(const FileRecord& file, const Present& present,
                                    const std::string& identity, ProjectRecord& summary) {
  std::vector<sdk::Change> changes;
  if (present.published && present.published->filename != file.filename) {
    changes.push_back({fileKey(file.project, present.published->filename), std::nullopt});
  }
  if (present.tombstone) changes.push_back({tombstoneKey(file.project, identity), std::nullopt});
  if (!present.identity || present.identity->filename != file.filename) {
    changes.push_back({identityKey(file.project, identity), toJson(IdentityRecord{file.filename})});
  }
  ++summary.serial;
  changes.push_back({projectKey(file.project), toJson(summary)});
  changes.push_back({fileKey(file.project, file.filename), toJson(file)});
  return changes;
}

}  // namespace

sdk::Result<std::vector<sdk::Change>> decidePublication(sdk::Context& ctx, sdk::RecordReader& now,
                                                        const Publication& publication,
                                                        PublicationOutcome& outcome) {
  const FileRecord& file = publication.file;
  const std::string identity = identityOf(file);
  outcome = {Kind::Published, file, {}};
  LARDER_TRY_ASSIGN(Present present, look(ctx, now, file, identity));
  ProjectRecord summary = present.summary.value_or(ProjectRecord());
  if (!takesUploads(summary.status)) return closed(file.project, summary);
  const bool sameBytes =
      present.published && present.published->content.sha256 == file.content.sha256;
  if (sameBytes && present.published->filename == file.filename) {
    outcome = {Kind::Unchanged, std::move(*present.published), {}};
    return std::vector<sdk::Change>();
  }
  if (present.published) {
    if (!publication.mayReplace) return taken(publication, *present.published);
    outcome.kind = Kind::Replaced;
    outcome.replaced = present.published->filename;
    LARDER_TRY(resummarize(ctx, now, file, outcome.replaced, summary));
  } else {
    addToSummary(summary, file);
  }
  if (present.tombstone && publication.tombstones &&
      present.tombstone->sha256 != file.content.sha256) {
    return buried(publication, *present.tombstone);
  }
  return changesFor(file, present, identity, summary);
}

}  // namespace larder::pypi
