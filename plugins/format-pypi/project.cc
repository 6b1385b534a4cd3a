#include "project.h"

#include <algorithm>
#include <chrono>
#include <tuple>

namespace larder::pypi {
namespace {

constexpr std::size_t kScanPage = 1000;

using Yanks = std::map<std::string, std::string>;  // AnyVersion::orderKey() -> reason.

sdk::Result<Yanks> loadYanks(sdk::Context& ctx, sdk::RecordReader& records,
                             std::string_view project) {
  Yanks yanks;
  LARDER_TRY_ASSIGN(const auto found, scanAll(ctx, records, yankPrefix(project)));
  for (const auto& record : found) {
    LARDER_TRY_ASSIGN(auto yank, parseYank(record.value));
    yanks[AnyVersion(yank.version).orderKey()] = std::move(yank.reason);
  }
  return yanks;
}

sdk::Result<std::vector<ProjectFile>> loadFiles(sdk::Context& ctx, sdk::RecordReader& records,
                                                std::string_view project, const Yanks& yanks) {
  LARDER_TRY_ASSIGN(const auto found, scanAll(ctx, records, filePrefix(project)));
  std::vector<ProjectFile> files;
  files.reserve(found.size());
  for (const auto& record : found) {
    LARDER_TRY_ASSIGN(auto file, parseFile(record.value));
    AnyVersion version(file.version);
    const auto yank = yanks.find(version.orderKey());
    files.push_back({std::move(file), std::move(version),
                     yank == yanks.end() ? std::nullopt : std::optional(yank->second)});
  }
  std::sort(files.begin(), files.end(), [](const ProjectFile& a, const ProjectFile& b) {
    return std::tie(a.version.orderKey(), a.record.filename) <
           std::tie(b.version.orderKey(), b.record.filename);
  });
  return files;
}

sdk::Result<void> checkTime(const sdk::Context& ctx) {
  if (ctx.cancelled()) return sdk::Error(sdk::Errc::Cancelled, "reading a project: cancelled");
  if (std::chrono::steady_clock::now() < ctx.deadline()) return {};
  return sdk::Error(sdk::Errc::Timeout, "reading a project: it keeps changing");
}

}  // namespace

std::vector<std::string> Project::versions() const {
  std::vector<std::string> versions;
  const AnyVersion* last = nullptr;
  for (const auto& file : offered()) {
    if (last != nullptr && *last == file.version) continue;
    versions.push_back(file.record.version);
    last = &file.version;
  }
  return versions;
}

const std::vector<ProjectFile>& Project::offered() const {
  static const std::vector<ProjectFile> kNone;
  return summary.status == Status::Quarantined ? kNone : files;
}

sdk::Result<std::vector<sdk::Record>> scanAll(sdk::Context& ctx, sdk::RecordReader& records,
                                              std::string_view prefix) {
  std::vector<sdk::Record> all;
  std::string after;
  do {
    LARDER_TRY_ASSIGN(auto page, records.scan(ctx, prefix, after, kScanPage));
    std::move(page.records.begin(), page.records.end(), std::back_inserter(all));
    after = std::move(page.next);
  } while (!after.empty());
  return all;
}

sdk::Result<std::optional<Project>> loadProject(sdk::Context& ctx, sdk::RecordReader& records,
                                                std::string_view normalized) {
  const std::string key = projectKey(normalized);
  LARDER_TRY_ASSIGN(auto before, records.get(ctx, key));
  while (before) {
    Project project;
    project.normalized = normalized;
    project.version = before->version;
    LARDER_TRY_ASSIGN(project.summary, parseProject(before->value));
    LARDER_TRY_ASSIGN(const auto yanks, loadYanks(ctx, records, normalized));
    LARDER_TRY_ASSIGN(project.files, loadFiles(ctx, records, normalized, yanks));
    LARDER_TRY_ASSIGN(auto after, records.get(ctx, key));
    if (after && after->version == project.version) return std::optional(std::move(project));
    LARDER_TRY(checkTime(ctx));
    before = std::move(after);
  }
  return std::optional<Project>();
}

void addToSummary(ProjectRecord& summary, const FileRecord& file) {
  const AnyVersion version(file.version);
  const bool first = summary.files == 0;
  if (first || file.uploaded >= summary.lastModified) {
    summary.name = file.name;
    summary.lastModified = file.uploaded;
  }
  if (first || version >= AnyVersion(summary.unstable)) summary.summary = file.summary;
  if (first || version > AnyVersion(summary.unstable)) summary.unstable = file.version;
  if (isStable(file.version) && (!summary.stable || version > AnyVersion(*summary.stable))) {
    summary.stable = file.version;
  }
  ++summary.files;
}

void recomputeSummary(ProjectRecord& summary, const std::vector<ProjectFile>& files) {
  std::vector<const FileRecord*> byTime;
  byTime.reserve(files.size());
  for (const auto& file : files) byTime.push_back(&file.record);
  std::sort(byTime.begin(), byTime.end(), [](const FileRecord* a, const FileRecord* b) {
    return std::tie(a->uploaded, a->filename) < std::tie(b->uploaded, b->filename);
  });
  summary.files = 0;
  summary.stable.reset();
  summary.unstable.clear();
  summary.summary.clear();
  for (const auto* file : byTime) addToSummary(summary, *file);
}

}  // namespace larder::pypi
