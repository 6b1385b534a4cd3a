#include "core/web/respond.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "core/base/call_context.h"
#include "core/base/hex.h"

namespace larder::web {
namespace {

constexpr std::chrono::seconds kOpenBudget{30};
constexpr std::string_view kRealm = "Basic realm=\"larder\", charset=\"UTF-8\"";

bool hasHeader(const http::Headers& headers, std::string_view name) {
  for (const auto& header : headers) {
    if (header.first.size() != name.size()) continue;
    bool same = true;
    for (std::size_t i = 0; i < name.size(); ++i) {
      same = same && (header.first[i] | 0x20) == (name[i] | 0x20);
    }
    if (same) return true;
  }
  return false;
}

// Keeps the context that a storage was given alive for as long as its Source is read.
class OwningSource final : public sdk::Source {
 public:
  OwningSource(std::unique_ptr<CallContext> ctx, std::unique_ptr<sdk::Source> inner)
      : ctx_(std::move(ctx)), inner_(std::move(inner)) {}
  sdk::Result<std::size_t> read(std::span<std::byte> buffer) override {
    return inner_->read(buffer);
  }

 private:
  std::unique_ptr<CallContext> ctx_;
  std::unique_ptr<sdk::Source> inner_;
};

http::StreamBody streamed(const sdk::BlobBody& blob, sdk::Blobs& blobs) {
  http::StreamBody body;
  body.size = blob.size;
  body.etag = blob.etag;
  body.modified = blob.modified;
  body.open = [&blobs,
               key = blob.key](sdk::ByteRange range) -> sdk::Result<std::unique_ptr<sdk::Source>> {
    auto ctx = std::make_unique<CallContext>("download-" + randomHex(4), kOpenBudget);
    LARDER_TRY_ASSIGN(sdk::OpenObject object, blobs.open(*ctx, key, range));
    return std::unique_ptr<sdk::Source>(
        std::make_unique<OwningSource>(std::move(ctx), std::move(object.body)));
  };
  return body;
}

// The start of the signature's window: equal for half of its life, so that clients can cache.
std::chrono::sys_seconds windowStart(sdk::Clock& clock, std::chrono::seconds ttl) {
  const auto now = std::chrono::floor<std::chrono::seconds>(clock.now());
  const auto half = std::max(ttl / 2, std::chrono::seconds{1});
  return std::chrono::sys_seconds(now.time_since_epoch() / half * half);
}

sdk::Result<void> redirect(const sdk::BlobBody& blob, const std::string& contentType,
                           const Downloads& downloads, sdk::Clock& clock, http::Response& out) {
  LARDER_TRY_ASSIGN(std::string url,
                    downloads.presigned->presignGet(
                        blob.key, {.start = windowStart(clock, downloads.presignedFor),
                                   .ttl = downloads.presignedFor,
                                   .contentType = contentType}));
  out.status = 302;
  out.contentType.clear();
  out.headers.emplace_back("Location", std::move(url));
  return {};
}

sdk::Result<void> sendBlob(const sdk::BlobBody& blob, const Site& site, sdk::Clock& clock,
                           http::Response& out) {
  if (site.downloads.presigned != nullptr) {
    return redirect(blob, out.contentType, site.downloads, clock, out);
  }
  if (site.downloads.local == nullptr) {
    out.body = streamed(blob, *site.downloads.blobs);
    return {};
  }
  auto opened = site.downloads.local->openLocal(blob.key);
  if (!opened) return std::move(opened).error();
  if (opened->info.size != blob.size) {
    return sdk::Error(sdk::Errc::Corrupt, blob.key + " has " + std::to_string(opened->info.size) +
                                              " bytes instead of " + std::to_string(blob.size));
  }
  out.body = http::FileBody{std::make_shared<sdk::FileHandle>(std::move(opened->file)), blob.size,
                            blob.etag, blob.modified};
  return {};
}

}  // namespace

Outcome outcomeOf(sdk::Errc code) noexcept {
  switch (code) {
    case sdk::Errc::Invalid:
      return {400, "The request is not valid"};
    case sdk::Errc::NotFound:
      return {404, "There is no such thing here"};
    case sdk::Errc::Conflict:
      return {409, "The request conflicts with what is stored"};
    case sdk::Errc::Unauthenticated:
      return {401, "A user name and a password are needed, or those given are wrong"};
    case sdk::Errc::Forbidden:
      return {403, "You are not allowed to do this"};
    case sdk::Errc::Unsupported:
      return {501, "This server is not configured for this"};
    case sdk::Errc::TooLarge:
      return {413, "The request is larger than this server accepts"};
    case sdk::Errc::Unavailable:
    case sdk::Errc::Timeout:
    case sdk::Errc::Cancelled:
      return {503, "A part of this server cannot answer now; try again"};
    case sdk::Errc::Corrupt:
    case sdk::Errc::Internal:
      break;
  }
  return {500, "The server failed; its log says why"};
}

sdk::Result<http::Response> toHttp(sdk::Response response, const Site& site, sdk::Clock& clock) {
  http::Response out;
  out.status = response.status;
  out.reason = std::move(response.reason);
  out.contentType = std::move(response.contentType);
  out.headers = std::move(response.headers);
  if (auto* text = std::get_if<std::string>(&response.body)) {
    out.body = std::move(*text);
  } else if (auto* prepared =
                 std::get_if<std::shared_ptr<const sdk::PreparedBody>>(&response.body)) {
    out.body = std::move(*prepared);
  } else if (const auto* blob = std::get_if<sdk::BlobBody>(&response.body)) {
    LARDER_TRY(sendBlob(*blob, site, clock, out));
  } else if (auto* source = std::get_if<std::unique_ptr<sdk::Source>>(&response.body)) {
    auto shared = std::make_shared<std::unique_ptr<sdk::Source>>(std::move(*source));
    out.body = http::StreamBody{
        .size = std::nullopt,
        .etag = {},
        .modified = {},
        .open = [shared](sdk::ByteRange) -> sdk::Result<std::unique_ptr<sdk::Source>> {
          return std::move(*shared);
        }};
  }
  return out;
}

http::Response plainFailure(int status, std::string_view message) {
  nlohmann::ordered_json body;
  body["error"] = status;
  body["message"] = message;
  http::Response response;
  response.status = status;
  response.contentType = "application/json";
  response.body = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  return response;
}

void addStatusHeaders(http::Response& response, int status) {
  response.status = status;
  if (status == 401 && !hasHeader(response.headers, "WWW-Authenticate")) {
    response.headers.emplace_back("WWW-Authenticate", kRealm);
  }
  if ((status == 503 || status == 429) && !hasHeader(response.headers, "Retry-After")) {
    response.headers.emplace_back("Retry-After", "5");
  }
  if (status >= 400 && !hasHeader(response.headers, "Cache-Control")) {
    response.headers.emplace_back("Cache-Control", "no-store");
  }
}

}  // namespace larder::web
