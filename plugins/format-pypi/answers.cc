#include "answers.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "escape.h"
#include "negotiation.h"

namespace larder::pypi {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kReasonLimit = 200;

struct Phrase {
  std::string_view title;
  std::string_view error;
};

Phrase phraseOf(int status) {
  switch (status) {
    case 400:
      return {"Bad Request", "bad_request"};
    case 401:
      return {"Unauthorized", "unauthorized"};
    case 403:
      return {"Forbidden", "forbidden"};
    case 404:
      return {"Not Found", "not_found"};
    case 405:
      return {"Method Not Allowed", "method_not_allowed"};
    case 406:
      return {"Not Acceptable", "not_acceptable"};
    case 409:
      return {"Conflict", "conflict"};
    case 413:
      return {"Content Too Large", "too_large"};
    case 429:
      return {"Too Many Requests", "too_many_requests"};
    case 503:
      return {"Service Unavailable", "unavailable"};
    default:
      return status < 500 ? Phrase{"Bad Request", "bad_request"}
                          : Phrase{"Internal Server Error", "internal"};
  }
}

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// One line of printable ASCII, as a reason phrase has to be.
std::string reasonPhrase(std::string_view message) {
  std::string reason = oneLine(message, kReasonLimit);
  for (char& c : reason) {
    if (c < 0x20 || c > 0x7E) c = '?';
  }
  return reason;
}

bool isApi(std::string_view path) {
  return path.starts_with("/api/") || path.ends_with("/json") || path.ends_with("/json/");
}

enum class ErrorForm { Line, Object, Page };

// What was asked for by name wins; "*/*" means JSON where programs are at home, else text.
ErrorForm formFor(const sdk::Request& request) {
  const auto accept = request.header("Accept");
  const int json = qualityOf("application/json", accept);
  const int html = qualityOf("text/html", accept);
  const int text = qualityOf("text/plain", accept);
  const bool api = isApi(request.path());
  if (json > html && json > text) return ErrorForm::Object;
  if (html > json && html > text) return ErrorForm::Page;
  return api && json >= text ? ErrorForm::Object : ErrorForm::Line;
}

std::string htmlPage(std::string_view title, std::string_view message) {
  std::string out = "<!DOCTYPE html>\n<html>\n<head>\n  <title>";
  appendHtml(out, title);
  out += "</title>\n</head>\n<body>\n  <h1>";
  appendHtml(out, title);
  out += "</h1>\n  <p>";
  appendHtml(out, message);
  out += "</p>\n</body>\n</html>\n";
  return out;
}

}  // namespace

sdk::Response jsonAnswer(const Json& json) {
  sdk::Response response;
  response.contentType = "application/json";
  response.body = dump(json);
  return response;
}

sdk::Response refusal(const sdk::Request& request, int status, std::string_view message) {
  const Phrase phrase = phraseOf(status);
  sdk::Response response;
  response.status = status;
  if (request.method() == "POST") response.reason = reasonPhrase(message);
  const std::string& title = response.reason.empty() ? std::string(phrase.title) : response.reason;
  switch (formFor(request)) {
    case ErrorForm::Object:
      response.contentType = "application/json";
      response.body = dump({{"error", phrase.error},
                            {"message", message},
                            {"code", std::to_string(status) + " " + title}});
      break;
    case ErrorForm::Page:
      response.contentType = "text/html; charset=utf-8";
      response.body = htmlPage(std::to_string(status) + " " + std::string(phrase.title), message);
      break;
    case ErrorForm::Line:
      response.body = std::string(message) + "\n";
      break;
  }
  return response;
}

sdk::Route::Handler answeringErrors(sdk::Route::Handler handler) {
  return [handler = std::move(handler)](sdk::Context& ctx,
                                        sdk::Request& request) -> sdk::Result<sdk::Response> {
    auto answer = handler(ctx, request);
    if (answer.is(sdk::Errc::Invalid)) return refusal(request, 400, answer.error().message());
    if (answer.is(sdk::Errc::NotFound)) return refusal(request, 404, answer.error().message());
    if (answer.is(sdk::Errc::Conflict)) return refusal(request, 409, answer.error().message());
    return answer;
  };
}

// What nobody in particular was shown is for everybody; only that may be kept by shared caches.
void addRevalidation(sdk::Response& response, const sdk::Request& request) {
  response.headers.emplace_back("Cache-Control",
                                request.identity().user.empty() ? "no-cache" : "private, no-cache");
}

void addCrossOrigin(sdk::Response& response, bool privateReads) {
  if (!privateReads) response.headers.emplace_back("Access-Control-Allow-Origin", "*");
}

std::string absoluteMount(const sdk::Request& request) {
  const std::string_view base = request.externalBase();
  const auto host = base.find("://");
  const auto path = base.find('/', host == std::string_view::npos ? 0 : host + 3);
  return std::string(base.substr(0, path)) + std::string(request.mount());
}

}  // namespace larder::pypi
