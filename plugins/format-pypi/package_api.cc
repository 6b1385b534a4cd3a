#include "package_api.h"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <unordered_set>
#include <utility>

#include "answers.h"
#include "booleans.h"
#include "escape.h"
#include "package_json.h"
#include "project.h"
#include "project_changes.h"

namespace larder::pypi {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMaxReason = 1000;

Json summaryJson(const ProjectList::Entry& entry) {
  const ProjectRecord& summary = entry.summary;
  Json json;
  json["name"] = entry.normalized;
  json["stable"] = summary.stable ? Json(*summary.stable) : Json();
  json["unstable"] = summary.unstable.empty() ? Json() : Json(summary.unstable);
  json["last_modified"] = summary.lastModified / 1'000'000;
  json["summary"] = summary.summary.empty() ? Json() : Json(summary.summary);
  return json;
}

// Newest version first; within a version by file name, as they are stored.
Json filesJson(const Project& project, std::string_view mount) {
  Json packages = Json::array();
  const auto& files = project.files;
  for (auto end = files.end(); end != files.begin();) {
    auto begin = std::prev(end);
    while (begin != files.begin() && std::prev(begin)->version == begin->version) --begin;
    for (auto file = begin; file != end; ++file) {
      packages.push_back(packageJson(file->record, file->yanked, mount));
    }
    end = begin;
  }
  return packages;
}

// A field of the body, or of the query where there is none in the body.
sdk::Result<std::optional<std::string>> parameter(sdk::Context& ctx, sdk::Request& request,
                                                  std::string_view name) {
  LARDER_TRY_ASSIGN(const sdk::Form* form, request.form(ctx));
  auto value = form->field(name);
  if (!value) value = request.query(name);
  if (!value) return std::optional<std::string>();
  std::string text = oneLine(*value, kMaxReason + 1);
  if (text.size() <= kMaxReason) return std::optional(std::move(text));
  return sdk::Error(sdk::Errc::Invalid,
                    std::string(name) + " is longer than " + std::to_string(kMaxReason) + " bytes");
}

}  // namespace

sdk::Result<sdk::Response> PackageApi::listProjects(sdk::Context& ctx, sdk::Request& request) {
  const auto verbose = parseBoolean(request.query("verbose").value_or("false"));
  if (!verbose) {
    return sdk::Error(sdk::Errc::Invalid, "verbose is " + inQuotes(*request.query("verbose")) +
                                              "; it can be true or false");
  }
  LARDER_TRY_ASSIGN(const auto list, list_.read(ctx));
  LARDER_TRY_ASSIGN(auto allowed, request.filter(ctx, sdk::Verb::Read, list->names()));
  Json packages = Json::array();
  if (*verbose) {
    const std::unordered_set<std::string_view> shown(allowed.begin(), allowed.end());
    for (const auto& entry : list->projects) {
      if (shown.contains(entry.normalized)) packages.push_back(summaryJson(entry));
    }
  } else {
    for (auto& name : allowed) packages.push_back(std::move(name));
  }
  auto response = jsonAnswer({{"packages", std::move(packages)}});
  addRevalidation(response, request);
  return response;
}

sdk::Result<sdk::Response> PackageApi::listFiles(sdk::Context& ctx, sdk::Request& request) {
  const std::string name = projectOf(request);
  LARDER_TRY_ASSIGN(const auto project, loadProject(ctx, services_.journal.records(), name));
  LARDER_TRY_ASSIGN(const bool write, request.may(ctx, sdk::Verb::Write, name));
  Json json;
  json["packages"] = project ? filesJson(*project, absoluteMount(request)) : Json::array();
  json["write"] = write;
  if (project && project->summary.status != Status::Active) {
    json["status"] = statusName(project->summary.status);
    json["reason"] = project->summary.reason;
  }
  auto response = jsonAnswer(json);
  addRevalidation(response, request);
  return response;
}

sdk::Result<sdk::Response> PackageApi::remove(sdk::Context& ctx, sdk::Request& request) {
  const std::string project = projectOf(request);
  const std::string filename(request.param("filename"));
  const std::int64_t now = std::chrono::duration_cast<std::chrono::microseconds>(
                               services_.host.clock().now().time_since_epoch())
                               .count();
  if (!isKey(fileKey(project, filename))) return noSuchFile(project, filename);
  LARDER_TRY(services_.journal.commit(ctx, [=](sdk::Context& c, sdk::RecordReader& records) {
    return decideDeletion(c, records, project, filename, now);
  }));
  services_.host.logger().info(
      "pypi.file.deleted", "A file was deleted",
      {{"project", project}, {"filename", filename}, {"user", request.identity().user}});
  return sdk::Response{};
}

sdk::Result<sdk::Response> PackageApi::yank(sdk::Context& ctx, sdk::Request& request) {
  const std::string project = projectOf(request);
  const std::string version(request.param("version"));
  LARDER_TRY_ASSIGN(auto given, parameter(ctx, request, "reason"));
  const std::string reason = std::move(given).value_or("");
  LARDER_TRY(services_.journal.commit(ctx, [=](sdk::Context& c, sdk::RecordReader& records) {
    return decideYank(c, records, project, version, reason);
  }));
  services_.host.logger().info("pypi.version.yanked", "A version was yanked",
                               {{"project", project},
                                {"version", version},
                                {"reason", reason},
                                {"user", request.identity().user}});
  return jsonAnswer(
      {{"name", project}, {"version", version}, {"yanked", true}, {"reason", reason}});
}

sdk::Result<sdk::Response> PackageApi::unyank(sdk::Context& ctx, sdk::Request& request) {
  const std::string project = projectOf(request);
  const std::string version(request.param("version"));
  LARDER_TRY(services_.journal.commit(ctx, [=](sdk::Context& c, sdk::RecordReader& records) {
    return decideYank(c, records, project, version, std::nullopt);
  }));
  services_.host.logger().info(
      "pypi.version.unyanked", "The yank of a version was taken back",
      {{"project", project}, {"version", version}, {"user", request.identity().user}});
  return jsonAnswer({{"name", project}, {"version", version}, {"yanked", false}});
}

sdk::Result<sdk::Response> PackageApi::setStatus(sdk::Context& ctx, sdk::Request& request) {
  const std::string project = projectOf(request);
  LARDER_TRY_ASSIGN(const auto word, parameter(ctx, request, "status"));
  LARDER_TRY_ASSIGN(auto given, parameter(ctx, request, "reason"));
  if (!word) return sdk::Error(sdk::Errc::Invalid, "Missing argument 'status'");
  const auto status = parseStatus(*word);
  if (!status) {
    return sdk::Error(
        sdk::Errc::Invalid,
        "status is " + inQuotes(*word) + "; it can be active, archived, quarantined or deprecated");
  }
  StatusChange wanted{*status, std::move(given).value_or("")};
  LARDER_TRY_ASSIGN(wanted.mayQuarantine, request.may(ctx, sdk::Verb::Admin, project));
  auto done = services_.journal.commit(ctx, [=](sdk::Context& c, sdk::RecordReader& records) {
    return decideStatus(c, records, project, wanted);
  });
  if (done.is(sdk::Errc::Forbidden)) LARDER_TRY(request.require(ctx, sdk::Verb::Admin, project));
  if (!done) return std::move(done).error();
  services_.host.logger().info("pypi.project.status", "A project was given a status",
                               {{"project", project},
                                {"status", *word},
                                {"reason", wanted.reason},
                                {"user", request.identity().user}});
  return jsonAnswer({{"name", project}, {"status", *word}, {"reason", wanted.reason}});
}

}  // namespace larder::pypi
