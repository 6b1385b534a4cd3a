#include "core/message/response_head.h"

#include <Poco/Net/HTTPResponse.h>

#include <algorithm>
#include <array>

#include "core/message/date.h"
#include "core/message/text.h"

namespace larder::http {
namespace {

/// "Date: ...\r\nServer: larder\r\n", made once a second per thread.
std::string_view datedLines() {
  static thread_local std::string lines;
  static thread_local std::chrono::sys_seconds made{};
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  if (now != made) {
    made = now;
    lines = "Date: ";
    appendDate(lines, now);
    lines += "\r\nServer: larder\r\n";
  }
  return lines;
}

void appendLine(std::string& head, std::string_view name, std::string_view value) {
  head.append(name).append(": ");
  appendFieldValue(head, value);
  head.append("\r\n");
}

void appendStatusLine(std::string& head, int status, const std::string& reason) {
  head.append("HTTP/1.1 ");
  appendNumber(head, static_cast<std::uint64_t>(std::clamp(status, 100, 999)));
  head.push_back(' ');
  if (!reason.empty()) {
    for (const char c : reason) head.push_back(c >= 0x20 && c < 0x7f ? c : '?');
  } else if (status == 200) {
    head.append("OK");
  } else {
    head.append(Poco::Net::HTTPResponse::getReasonForStatus(
        static_cast<Poco::Net::HTTPResponse::HTTPStatus>(status)));
  }
  head.append("\r\n");
}

bool belongsToEngine(std::string_view name) {
  constexpr std::array<std::string_view, 13> kOurs = {
      "content-length", "transfer-encoding", "connection",      "keep-alive",   "date",
      "server",         "trailer",           "upgrade",         "x-request-id", "te",
      "accept-ranges",  "content-range",     "proxy-connection"};
  return std::any_of(kOurs.begin(), kOurs.end(),
                     [&](std::string_view ours) { return sameText(name, ours); });
}

/// The application's headers; "Accept-Encoding" joins its Vary when a form was chosen.
void appendHeaders(std::string& head, const Response& response, const Selection& chosen) {
  bool varies = std::holds_alternative<PreparedBody>(response.body) &&
                !std::get<PreparedBody>(response.body)->gzip.empty();
  for (const auto& [name, value] : response.headers) {
    if (!isToken(name) || belongsToEngine(name)) continue;
    if (chosen.status == 304 && sameText(name.substr(0, 8), "content-")) continue;
    if (varies && sameText(name, "vary")) {
      varies = false;
      appendLine(head, name, value == "*" ? value : value + ", Accept-Encoding");
      continue;
    }
    appendLine(head, name, value);
  }
  if (varies) head.append("Vary: Accept-Encoding\r\n");
}

void appendRepresentation(std::string& head, const Response& response, const Selection& chosen) {
  const auto* prepared = std::get_if<PreparedBody>(&response.body);
  const std::string& type = prepared == nullptr ? response.contentType : (*prepared)->contentType;
  const bool described = chosen.status != 304 && chosen.status != 412 && chosen.status != 416;
  if (!type.empty() && described) appendLine(head, "Content-Type", type);
  if (chosen.gzip && described) head.append("Content-Encoding: gzip\r\n");
  if (!chosen.etag.empty()) appendLine(head, "ETag", chosen.etag);
  if (chosen.modified != std::chrono::sys_seconds{}) {
    head.append("Last-Modified: ");
    appendDate(head, chosen.modified);
    head.append("\r\n");
  }
  if (chosen.ranges) head.append("Accept-Ranges: bytes\r\n");
  if (chosen.status != 206 && chosen.status != 416) return;
  head.append("Content-Range: bytes ");
  if (chosen.status == 206) {
    appendNumber(head, chosen.offset);
    head.push_back('-');
    appendNumber(head, chosen.offset + *chosen.length - 1);
  } else {
    head.push_back('*');
  }
  head.push_back('/');
  appendNumber(head, *chosen.total);
  head.append("\r\n");
}

void appendFraming(std::string& head, const Selection& chosen, const HeadOptions& options) {
  if (chosen.length) {
    head.append("Content-Length: ");
    appendNumber(head, *chosen.length);
    head.append("\r\n");
  } else if (options.framing == BodyFraming::Chunked) {
    head.append("Transfer-Encoding: chunked\r\n");
  }
  if (options.close || options.framing == BodyFraming::UntilClose) {
    head.append("Connection: close\r\n");
  } else if (!options.http11) {
    head.append("Connection: keep-alive\r\n");
  }
  head.append("\r\n");
}

}  // namespace

BodyFraming framingOf(const Selection& chosen, bool http11) {
  if (chosen.length || !chosen.withBody) return BodyFraming::Length;
  return http11 ? BodyFraming::Chunked : BodyFraming::UntilClose;
}

void appendHead(std::string& head, const Request* request, const Response& response,
                const Selection& chosen, const HeadOptions& options) {
  appendStatusLine(head, chosen.status,
                   chosen.status == response.status ? response.reason : std::string());
  head.append(datedLines());
  if (request != nullptr) appendLine(head, "X-Request-Id", request->id);
  appendRepresentation(head, response, chosen);
  appendHeaders(head, response, chosen);
  appendFraming(head, chosen, options);
}

}  // namespace larder::http
