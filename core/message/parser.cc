#include "core/message/parser.h"

#include <algorithm>
#if defined(__GNUC__) && !defined(__clang__)
// Sanitizers keep GCC from seeing that boost::none leaves nothing to read.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "core/message/text.h"

namespace larder::http {
namespace {

namespace beast = boost::beast;

constexpr std::size_t kEmptyLinesInFront = 4;

Refusal bad(std::string message) { return {400, std::move(message)}; }

/// Receives what Beast finds and counts what decides the framing.
class Collector final : public beast::http::basic_parser<true> {
 public:
  explicit Collector(Request& request) : request_(request) {}

  int hosts = 0;
  int lengths = 0;
  int codings = 0;
  std::string_view length;
  std::string_view coding;
  std::string_view expect;
  bool http11 = false;

 private:
  void on_request_impl(beast::http::verb, beast::string_view method, beast::string_view target,
                       int version, beast::error_code&) override {
    request_.method.assign(method.data(), method.size());
    request_.target.assign(target.data(), target.size());
    http11 = version == 11;
  }

  void on_field_impl(beast::http::field field, beast::string_view name, beast::string_view value,
                     beast::error_code&) override {
    const std::string_view text(value.data(), value.size());
    if (field == beast::http::field::host && ++hosts == 1) request_.host = text;
    if (field == beast::http::field::content_length) ++lengths, length = text;
    if (field == beast::http::field::transfer_encoding) ++codings, coding = text;
    if (field == beast::http::field::expect) expect = text;
    auto& header = request_.headers.emplace_back();
    header.first.resize(name.size());
    std::transform(name.begin(), name.end(), header.first.begin(), lower);
    header.second = text;
  }

  void on_response_impl(int, beast::string_view, int, beast::error_code&) override {}
  void on_header_impl(beast::error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, beast::error_code&) override {}
  std::size_t on_body_impl(beast::string_view, beast::error_code&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, beast::string_view, beast::error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view, beast::error_code&) override {
    return 0;
  }
  void on_finish_impl(beast::error_code&) override {}

  Request& request_;
};

/// Whether the request line ends in a version of HTTP, though not one of ours.
bool hasOtherVersion(std::string_view head) {
  const auto line = head.substr(0, head.find('\r'));
  const auto version = line.substr(line.rfind(' ') + 1);
  return version.size() == 8 && version.starts_with("HTTP/") && version[6] == '.' &&
         version[5] >= '0' && version[5] <= '9' && version[5] != '1' && version[7] >= '0' &&
         version[7] <= '9';
}

Refusal explain(const beast::error_code& found, std::string_view head) {
  using beast::http::error;
  if (found == error::bad_version && hasOtherVersion(head)) {
    return {505, "only HTTP/1.1 and HTTP/1.0 are spoken here"};
  }
  if (found == error::bad_method) return bad("the request line does not begin with a method");
  if (found == error::bad_target) return bad("the request target holds an invalid character");
  if (found == error::bad_version) return bad("the request line does not end in HTTP/1.1");
  if (found == error::bad_field) return bad("a header line is not of the form name: value");
  if (found == error::bad_value) return bad("a header value holds an invalid character");
  if (found == error::bad_content_length) return bad("Content-Length is ambiguous");
  if (found == error::bad_transfer_encoding) return bad("Transfer-Encoding is ambiguous");
  return bad("the request head is malformed");
}

std::optional<Refusal> checkFraming(const Collector& found, Request& request, Framing& framing) {
  if (found.codings > 0) {
    if (found.lengths > 0) return bad("Content-Length beside Transfer-Encoding");
    if (!found.http11) return bad("Transfer-Encoding in an HTTP/1.0 request");
    if (found.codings > 1) return bad("more than one Transfer-Encoding");
    if (!sameText(found.coding, "chunked")) {
      return Refusal{501, "the only transfer coding understood is chunked"};
    }
    framing.chunked = true;
  }
  if (found.lengths > 1) return bad("more than one Content-Length");
  if (found.lengths == 1) {
    request.contentLength = parseDigits(found.length);
    if (!request.contentLength) return bad("Content-Length is not a decimal number");
  }
  request.hasBody = framing.chunked || request.contentLength.value_or(0) > 0;
  if (!found.expect.empty() && found.http11) {
    if (!sameText(found.expect, "100-continue")) {
      return Refusal{417, "the only expectation understood is 100-continue"};
    }
    framing.expectsContinue = request.hasBody;
  }
  return {};
}

bool isHost(std::string_view host) noexcept {
  constexpr std::string_view kOthers = "-._~%!$&'()*+,;=:[]";
  return std::all_of(host.begin(), host.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') ||
           kOthers.find(c) != std::string_view::npos;
  });
}

/// RFC 9112 section 3.2.2: "http://host/path" becomes "/path"; the host in it
/// must be the one of the Host header, so that nobody routes on the other one.
std::optional<Refusal> takeAbsoluteForm(Request& request) {
  const auto scheme = request.target.find("://");
  if (scheme == std::string::npos || (!sameText(request.target.substr(0, scheme), "http") &&
                                      !sameText(request.target.substr(0, scheme), "https"))) {
    return bad("the request target does not begin with /");
  }
  const auto start = scheme + 3;
  const auto end = std::min(request.target.find_first_of("/?", start), request.target.size());
  const std::string host = request.target.substr(start, end - start);
  if (host.empty()) return bad("the request target names no host");
  if (!request.host.empty() && !sameText(host, request.host)) {
    return bad("the request target and the Host header name different hosts");
  }
  request.host = host;
  request.target.erase(0, end);
  if (request.target.empty() || request.target.front() != '/') request.target.insert(0, "/");
  return {};
}

std::optional<Refusal> checkTarget(Request& request) {
  if (request.method == "CONNECT") return Refusal{501, "CONNECT is not supported"};
  for (const char c : request.target) {
    if (static_cast<unsigned char>(c) >= 0x80 || c == '#' || c == '\\') {
      return bad("the request target holds an invalid character");
    }
  }
  const bool asterisk = request.target == "*" && request.method == "OPTIONS";
  if (!asterisk && request.target.front() != '/') {
    if (auto refusal = takeAbsoluteForm(request)) return refusal;
  }
  if (!isHost(request.host)) return bad("the Host header holds an invalid character");
  const auto query = request.target.find('?');
  request.path.assign(request.target, 0, query);
  if (query != std::string::npos) request.query.assign(request.target, query + 1);
  return {};
}

}  // namespace

std::optional<Refusal> HeadScanner::line(std::string_view bytes, const HeadLimits& limits) const {
  const auto text = bytes.substr(lineStart_, position_ - lineStart_);
  if (lineStart_ == start_ && text.size() > limits.target) {
    return Refusal{414,
                   "the request line is longer than " + std::to_string(limits.target) + " bytes"};
  }
  if (position_ - start_ > limits.head) {
    return Refusal{431,
                   "the request head is longer than " + std::to_string(limits.head) + " bytes"};
  }
  if (text.empty()) return {};
  if (lineStart_ == start_ && text.front() != '\r' && !isToken(text.substr(0, 1))) {
    return bad("the request line does not begin with a method");
  }
  if (lineStart_ != start_ && (text.front() == ' ' || text.front() == '\t')) {
    return bad("a header line begins with a blank");
  }
  if (text.back() == '\n' && (text.size() < 2 || text[text.size() - 2] != '\r')) {
    return bad("a line does not end in CR LF");
  }
  return {};
}

HeadScanner::Found HeadScanner::scan(std::string_view bytes, const HeadLimits& limits) {
  while (position_ < bytes.size()) {
    const auto newline = bytes.find('\n', position_);
    position_ = newline == std::string_view::npos ? bytes.size() : newline + 1;
    if (auto refusal = line(bytes, limits)) return {0, 0, std::move(refusal)};
    if (newline == std::string_view::npos) break;
    const bool emptyLine = position_ - lineStart_ == 2;
    const bool inFront = emptyLine && lineStart_ == start_;
    lineStart_ = position_;
    if (inFront && (start_ = position_) > 2 * kEmptyLinesInFront) {
      return {0, 0, bad("empty lines instead of a request")};
    }
    if (emptyLine && !inFront) return {start_, position_ - start_, {}};
  }
  return {};
}

std::optional<Refusal> parseHead(std::string_view head, Request& request, Framing& framing) {
  Collector found(request);
  found.skip(true);
  found.header_limit(static_cast<std::uint32_t>(head.size() + 1));
  beast::error_code error;
  const auto used = found.put(boost::asio::const_buffer(head.data(), head.size()), error);
  if (error) return explain(error, head);
  if (!found.is_done() || used != head.size()) return bad("the request head is malformed");
  framing.http11 = found.http11;
  framing.keepAlive = found.keep_alive();
  if (found.hosts > 1) return bad("more than one Host header");
  if (found.http11 && (found.hosts == 0 || request.host.empty())) return bad("no Host header");
  if (auto refusal = checkFraming(found, request, framing)) return refusal;
  return checkTarget(request);
}

}  // namespace larder::http
