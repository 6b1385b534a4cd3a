#include "upload.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>

#include "answers.h"
#include "escape.h"
#include "package_json.h"
#include "project_name.h"
#include "specifiers.h"

namespace larder::pypi {
namespace {

using Kind = PublicationOutcome::Kind;

constexpr std::size_t kMaxSummary = 1000;
constexpr std::string_view kMime = "application/octet-stream";

class TextSource final : public sdk::Source {
 public:
  explicit TextSource(std::string_view text) : rest_(text) {}
  sdk::Result<std::size_t> read(std::span<std::byte> buffer) override {
    const std::size_t size = std::min(buffer.size(), rest_.size());
    std::memcpy(buffer.data(), rest_.data(), size);
    rest_.remove_prefix(size);
    return size;
  }

 private:
  std::string_view rest_;
};

sdk::Counter& uploads(sdk::Metrics& metrics, const char* outcome) {
  return metrics.counter("larder_pypi_uploads_total", "Uploads accepted, by what they changed",
                         {{"outcome", outcome}});
}

StoredBlob stored(sdk::BlobRef blob) {
  return {std::move(blob.key), std::move(blob.sha256), blob.size};
}

}  // namespace

Upload::Upload(Services& services)
    : services_(services),
      published_(uploads(services.host.metrics(), "published")),
      unchanged_(uploads(services.host.metrics(), "unchanged")),
      replaced_(uploads(services.host.metrics(), "replaced")) {}

sdk::Result<sdk::Response> Upload::byForm(sdk::Context& ctx, sdk::Request& request) {
  return receive(ctx, request, {});
}

sdk::Result<sdk::Response> Upload::byAddress(sdk::Context& ctx, sdk::Request& request) {
  return receive(ctx, request, {projectOf(request), std::string(request.param("filename"))});
}

sdk::Result<sdk::Response> Upload::receive(sdk::Context& ctx, sdk::Request& request,
                                           const UploadAddress& address) {
  LARDER_TRY_ASSIGN(sdk::Form * parsed, request.form(ctx));
  LARDER_TRY_ASSIGN(const UploadForm form, parseUploadForm(*parsed));
  LARDER_TRY_ASSIGN(const std::string claimed, claimedProject(address, form));
  LARDER_TRY(request.require(ctx, sdk::Verb::Write, claimed));
  LARDER_TRY(checkDigests(form, *form.content->content));
  LARDER_TRY_ASSIGN(const Distribution file,
                    inspectDistribution(ctx, form.content->filename, *form.content->content,
                                        {form.name.empty() ? claimed : form.name, form.version}));
  LARDER_TRY(checkClaims(address, form, file));
  // A file name alone may be read as another project than the file says.
  if (file.project != claimed) LARDER_TRY(request.require(ctx, sdk::Verb::Write, file.project));

  Publication publication;
  publication.tombstones = services_.tombstones;
  LARDER_TRY_ASSIGN(publication.mayReplace, request.may(ctx, sdk::Verb::Replace, file.project));
  LARDER_TRY_ASSIGN(const bool mayRead, request.may(ctx, sdk::Verb::Read, file.project));
  publication.mayRead = mayRead;
  LARDER_TRY_ASSIGN(publication.file, describe(request, form, file));
  auto outcome = publish(ctx, form, file, std::move(publication));
  // The gate agreed; it is the project that takes nothing.
  if (outcome.is(sdk::Errc::Forbidden)) return refusal(request, 403, outcome.error().message());
  if (!outcome) return std::move(outcome).error();
  report(request, *outcome);
  const std::string mount = absoluteMount(request);
  // When and by whom it was published is for readers.
  if (outcome->kind == Kind::Unchanged && !mayRead)
    return jsonAnswer(nameJson(outcome->file, mount));
  return jsonAnswer(packageJson(outcome->file, std::nullopt, mount));
}

sdk::Result<FileRecord> Upload::describe(const sdk::Request& request, const UploadForm& form,
                                         const Distribution& file) {
  sdk::SpooledContent& content = *form.content->content;
  const bool described = file.metadata.has_value();
  FileRecord record;
  record.project = file.project;
  record.name = file.core.name;
  record.version = file.core.version;
  record.filename = file.file.filename;
  record.packageType = packageType(file.file.kind);
  record.pythonVersion = file.file.pythonVersion();
  record.content.size = content.size();
  LARDER_TRY_ASSIGN(record.content.sha256, content.digest(sdk::DigestAlgorithm::Sha256));
  LARDER_TRY_ASSIGN(record.md5, content.digest(sdk::DigestAlgorithm::Md5));
  LARDER_TRY_ASSIGN(record.blake2b, content.digest(sdk::DigestAlgorithm::Blake2b256));
  record.uploaded = std::chrono::duration_cast<std::chrono::microseconds>(
                        services_.host.clock().now().time_since_epoch())
                        .count();
  record.uploader = request.identity().user;
  record.requiresPython =
      oneLine(described ? file.core.requiresPython : form.requiresPython, kMaxRequiresPython + 1);
  record.summary = oneLine(described ? file.core.summary : form.summary, kMaxSummary);
  if (record.requiresPython.size() > kMaxRequiresPython) {
    return sdk::Error(sdk::Errc::Invalid, "requires_python is longer than " +
                                              std::to_string(kMaxRequiresPython) + " bytes");
  }
  if (isSpecifierSet(record.requiresPython)) return record;
  return sdk::Error(sdk::Errc::Invalid,
                    "Requires-Python is " + inQuotes(record.requiresPython) +
                        ", which is no list of version specifiers such as '>=3.8,<4'");
}

sdk::Result<PublicationOutcome> Upload::publish(sdk::Context& ctx, const UploadForm& form,
                                                const Distribution& file, Publication publication) {
  // Looks ahead first, so that nothing is stored for what will be refused.
  PublicationOutcome ahead;
  LARDER_TRY(decidePublication(ctx, services_.journal.records(), publication, ahead));
  if (ahead.kind == Kind::Unchanged) return ahead;

  LARDER_TRY(store(ctx, form, file, publication.file));
  // Shared, because a commit that times out may still be deciding.
  auto outcome = std::make_shared<PublicationOutcome>();
  auto decide = [publication = std::move(publication), outcome](sdk::Context& c,
                                                                sdk::RecordReader& now) {
    return decidePublication(c, now, publication, *outcome);
  };
  LARDER_TRY(services_.journal.commit(ctx, std::move(decide)));
  return std::move(*outcome);
}

sdk::Result<void> Upload::store(sdk::Context& ctx, const UploadForm& form, const Distribution& file,
                                FileRecord& record) {
  sdk::SpooledContent& content = *form.content->content;
  LARDER_TRY(content.rewind());
  auto& blobs = services_.host.blobs();
  LARDER_TRY_ASSIGN(auto blob, blobs.put(ctx, content, record.content.sha256, kMime));
  record.content = stored(std::move(blob));
  if (!file.metadata) return {};
  LARDER_TRY_ASSIGN(record.metadata, storeMetadata(ctx, *file.metadata));
  return {};
}

sdk::Result<StoredBlob> Upload::storeMetadata(sdk::Context& ctx, const std::string& metadata) {
  TextSource source(metadata);
  LARDER_TRY_ASSIGN(auto content, services_.host.spool(ctx, source, metadata.size()));
  LARDER_TRY_ASSIGN(const std::string sha256, content->digest(sdk::DigestAlgorithm::Sha256));
  LARDER_TRY(content->rewind());
  LARDER_TRY_ASSIGN(auto blob, services_.host.blobs().put(ctx, *content, sha256, kMime));
  return stored(std::move(blob));
}

void Upload::report(const sdk::Request& request, const PublicationOutcome& outcome) {
  if (outcome.kind == Kind::Unchanged) {
    unchanged_.add();
    return;
  }
  const bool replaced = outcome.kind == Kind::Replaced;
  (replaced ? replaced_ : published_).add();
  services_.host.logger().info("pypi.file.published", "A file was published",
                               {{"project", outcome.file.project},
                                {"filename", outcome.file.filename},
                                {"sha256", outcome.file.content.sha256},
                                {"user", request.identity().user},
                                {"replaced", outcome.replaced}});
}

}  // namespace larder::pypi
