#include "files.h"

#include <array>
#include <chrono>
#include <utility>

#include "answers.h"

namespace larder::pypi {
namespace {

constexpr std::string_view kMetadataSuffix = ".metadata";

std::string cacheKey(std::string_view project, std::string_view sha256, std::string_view filename) {
  std::string key(project);
  key += '/';
  key += sha256;
  key += '/';
  key += filename;
  return key;
}

sdk::Error quarantined(const std::string& project, const ProjectRecord& summary) {
  std::string text = "Project " + project + " is quarantined; its files can't be downloaded";
  if (!summary.reason.empty()) text += ": " + summary.reason;
  return {sdk::Errc::Forbidden, std::move(text)};
}

sdk::BlobBody bodyOf(const StoredBlob& blob, std::int64_t uploaded) {
  const std::chrono::sys_seconds modified{std::chrono::seconds(uploaded / 1'000'000)};
  return {blob.key, blob.size, '"' + blob.sha256 + '"', modified};
}

}  // namespace

std::optional<sdk::Response> Files::fastByDigest(sdk::Request& request) {
  auto blob = findNow(request, request.param("sha256"));
  if (!blob) return std::nullopt;
  return answer(request, std::move(*blob), true);
}

std::optional<sdk::Response> Files::fastByName(sdk::Request& request) {
  auto blob = findNow(request, {});
  if (!blob) return std::nullopt;
  return answer(request, std::move(*blob), false);
}

sdk::Result<sdk::Response> Files::byDigest(sdk::Context& ctx, sdk::Request& request) {
  return serve(ctx, request, request.param("sha256"));
}

sdk::Result<sdk::Response> Files::byName(sdk::Context& ctx, sdk::Request& request) {
  return serve(ctx, request, {});
}

std::optional<sdk::BlobBody> Files::findNow(const sdk::Request& request, std::string_view sha256) {
  auto found =
      services_.files.current(cacheKey(projectOf(request), sha256, request.param("filename")),
                              services_.journal.versionNow());
  if (!found) return std::nullopt;
  return std::move(found->value);
}

sdk::Result<sdk::Response> Files::serve(sdk::Context& ctx, sdk::Request& request,
                                        std::string_view sha256) {
  const std::string project = projectOf(request);
  const std::string_view filename = request.param("filename");
  const auto now = services_.journal.versionNow();
  auto blob = find(ctx, project, sha256, filename);
  if (blob.is(sdk::Errc::Forbidden)) return refusal(request, 403, blob.error().message());
  if (!blob) return std::move(blob).error();
  services_.files.put(cacheKey(project, sha256, filename), *blob,
                      blob->key.size() + blob->etag.size() + sizeof(*blob), 0, now);
  return answer(request, std::move(*blob), !sha256.empty());
}

sdk::Result<sdk::BlobBody> Files::find(sdk::Context& ctx, const std::string& project,
                                       std::string_view sha256, std::string_view filename) {
  std::string_view name = filename;
  const bool wantsMetadata = name.ends_with(kMetadataSuffix);
  if (wantsMetadata) name.remove_suffix(kMetadataSuffix.size());
  const std::array<std::string, 2> keys{projectKey(project), fileKey(project, name)};
  if (!isKey(keys[1])) return noSuchFile(project, filename);
  LARDER_TRY_ASSIGN(const auto found, services_.journal.records().get(ctx, keys));
  if (!found[0] || !found[1]) return noSuchFile(project, filename);
  LARDER_TRY_ASSIGN(const auto file, parseFile(found[1]->value));
  if (!sha256.empty() && sha256 != file.content.sha256) return noSuchFile(project, filename);
  LARDER_TRY_ASSIGN(const auto summary, parseProject(found[0]->value));
  if (summary.status == Status::Quarantined) return quarantined(project, summary);
  if (!wantsMetadata) return bodyOf(file.content, file.uploaded);
  if (!file.offersMetadata()) return noSuchFile(project, filename);
  return bodyOf(*file.metadata, file.uploaded);
}

// What somebody was shown without saying who they are may be kept by shared caches.
sdk::Response Files::answer(const sdk::Request& request, sdk::BlobBody blob, bool immutable) const {
  sdk::Response response;
  response.contentType = "application/octet-stream";
  response.body = std::move(blob);
  if (immutable) {
    const bool shared = request.identity().user.empty() && !services_.host.privateReads();
    response.headers.emplace_back("Cache-Control", std::string(shared ? "public" : "private") +
                                                       ", max-age=365000000, immutable");
  } else {
    addRevalidation(response, request);
  }
  addCrossOrigin(response, services_.host.privateReads());
  return response;
}

}  // namespace larder::pypi
