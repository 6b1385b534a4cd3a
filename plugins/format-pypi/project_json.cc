#include "project_json.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <span>
#include <utility>

#include "answers.h"
#include "project_document.h"

namespace larder::pypi {
namespace {

using Json = nlohmann::ordered_json;

sdk::Result<std::string> readAll(sdk::Source& source, std::size_t size) {
  std::string text;
  text.reserve(size);
  std::array<std::byte, 16384> buffer;
  for (;;) {
    LARDER_TRY_ASSIGN(const std::size_t got, source.read(buffer));
    if (got == 0) return text;
    text.append(reinterpret_cast<const char*>(buffer.data()), got);
  }
}

sdk::Error noSuchRelease(const std::string& project, const std::optional<std::string>& version) {
  if (!version) return {sdk::Errc::NotFound, "Project " + project + " offers no files"};
  return {sdk::Errc::NotFound, "Project " + project + " has no version " + *version};
}

// The version asked for, in any spelling of it, or the latest.
const Release* choose(const std::vector<Release>& releases,
                      const std::optional<std::string>& version) {
  if (releases.empty()) return nullptr;
  if (!version) return &latestRelease(releases);
  const AnyVersion wanted(*version);
  const auto found = std::find_if(releases.begin(), releases.end(),
                                  [&](const Release& r) { return r.version == wanted; });
  return found == releases.end() ? nullptr : &*found;
}

}  // namespace

sdk::Result<sdk::Response> ProjectJson::latest(sdk::Context& ctx, sdk::Request& request) {
  return answer(ctx, request, std::nullopt);
}

sdk::Result<sdk::Response> ProjectJson::release(sdk::Context& ctx, sdk::Request& request) {
  return answer(ctx, request, std::string(request.param("version")));
}

sdk::Result<sdk::Response> ProjectJson::answer(sdk::Context& ctx, sdk::Request& request,
                                               std::optional<std::string> version) {
  const std::string name = projectOf(request);
  const std::string mount = absoluteMount(request);
  const std::string key = "json\n" + mount + '\n' + name + '\n' + version.value_or("");
  auto& records = services_.journal.records();
  const auto now = services_.journal.versionNow();
  LARDER_TRY_ASSIGN(const auto summary, records.get(ctx, projectKey(name)));
  if (!summary) return noSuchProject(name);
  std::uint64_t serial = summary->version;
  auto body = services_.pages.confirm(key, serial, now);
  if (!body) {
    LARDER_TRY_ASSIGN(const auto project, loadProject(ctx, records, name));
    if (!project) return noSuchProject(name);
    LARDER_TRY_ASSIGN(body, render(ctx, *project, version, mount));
    serial = project->version;
    services_.pages.put(key, *body, costOf(**body), serial, now);
  }
  sdk::Response response;
  response.body = std::move(*body);
  addRevalidation(response, request);
  addCrossOrigin(response, services_.host.privateReads());
  response.headers.emplace_back("X-PyPI-Last-Serial", std::to_string(serial));
  return response;
}

sdk::Result<ProjectJson::Body> ProjectJson::render(sdk::Context& ctx, const Project& project,
                                                   const std::optional<std::string>& version,
                                                   std::string_view mount) {
  const auto releases = releasesOf(project);
  const Release* shown = choose(releases, version);
  if (shown == nullptr) return noSuchRelease(project.normalized, version);
  LARDER_TRY_ASSIGN(const auto metadata, readMetadata(ctx, shown->spokesman().record));
  Json document = releaseDocument(project, *shown, metadata, mount);
  if (!version) document["releases"] = releasesJson(releases, mount);
  return services_.host.prepare("application/json",
                                document.dump(-1, ' ', false, Json::error_handler_t::replace));
}

sdk::Result<CoreMetadata> ProjectJson::readMetadata(sdk::Context& ctx, const FileRecord& file) {
  if (!file.metadata) {
    CoreMetadata metadata;
    metadata.name = file.name;
    metadata.version = file.version;
    metadata.summary = file.summary;
    return metadata;
  }
  auto opened = services_.host.blobs().open(ctx, file.metadata->key, {});
  if (opened.is(sdk::Errc::NotFound)) {
    return sdk::Error(sdk::Errc::Corrupt, "the metadata of " + file.filename + " is missing");
  }
  if (!opened) return std::move(opened).error();
  LARDER_TRY_ASSIGN(const std::string text, readAll(*opened->body, file.metadata->size));
  auto metadata = parseCoreMetadata(text);
  if (metadata) return metadata;
  return sdk::Error(sdk::Errc::Corrupt, file.filename + ": " + metadata.error().message());
}

}  // namespace larder::pypi
