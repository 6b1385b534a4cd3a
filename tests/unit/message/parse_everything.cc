#include "tests/unit/message/parse_everything.h"

#include <algorithm>
#include <cstdlib>

#include "core/message/body_decoder.h"
#include "core/message/date.h"
#include "core/message/parser.h"
#include "core/message/proxies.h"
#include "core/message/selection.h"

namespace larder::http::test {
namespace {

void demand(bool holds) {
  if (!holds) std::abort();
}

/// What the rest of the server relies on once a request has been accepted.
void check(const Request& request, const Framing& framing) {
  demand(!request.method.empty());
  demand(request.path.starts_with('/') || request.target == "*");
  demand(!framing.http11 || !request.host.empty());
  demand(!(framing.chunked && request.contentLength));
  demand(request.hasBody == (framing.chunked || request.contentLength.value_or(0) > 0));
  int hosts = 0;
  for (const auto& [name, value] : request.headers) {
    demand(!name.empty());
    demand(std::none_of(name.begin(), name.end(), [](char c) {
      return c <= ' ' || c == ':' || c == 0x7f || (c >= 'A' && c <= 'Z');
    }));
    demand(value.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos);
    if (name == "host") ++hosts;
  }
  demand(hosts <= 1);
  demand(std::all_of(request.target.begin(), request.target.end(),
                     [](char c) { return c > ' ' && c < 0x7f; }));
}

/// Runs what works on accepted headers.
void useHeaders(Request request) {
  Response response;
  response.body = FileBody{nullptr, 1000, "\"e\"", std::chrono::sys_seconds{std::chrono::days(9)}};
  const Selection chosen = select(&request, response);
  demand(chosen.status == 200 || chosen.status == 206 || chosen.status == 304 ||
         chosen.status == 412 || chosen.status == 416);
  if (chosen.status == 206) {
    demand(*chosen.length > 0 && chosen.offset + *chosen.length <= 1000);
  }
  auto body = std::make_shared<sdk::PreparedBody>();
  body->gzip = "g";
  response.body = PreparedBody(body);
  select(&request, response);
  request.peer = "10.0.0.1";
  static const TrustedProxies trusting = TrustedProxies::parse({"0.0.0.0/0"}).value();
  trusting.apply(request);
  for (const char c : request.host) demand(c > ' ');
  demand(request.forwardedPrefix.empty() || request.forwardedPrefix.front() == '/');
}

}  // namespace

Understood parseEverything(std::string_view bytes, std::size_t step) {
  Understood understood;
  HeadScanner scanner;
  BodyDecoder decoder;
  bool inBody = false;
  std::string pending;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    pending.append(bytes.substr(at, step));
    while (!pending.empty()) {
      if (inBody) {
        const auto piece = decoder.next(pending);
        demand(piece.used <= pending.size() && piece.used > 0);
        understood.text += piece.data;
        pending.erase(0, piece.used);
        inBody = piece.state == BodyDecoder::State::More;
        if (piece.state != BodyDecoder::State::Bad) continue;
        understood.refused = 400;
        return understood;
      }
      const auto found = scanner.scan(pending, HeadLimits{});
      if (found.refusal) {
        understood.refused = found.refusal->status;
        return understood;
      }
      if (found.length == 0) break;
      demand(found.skip + found.length <= pending.size());
      Request request;
      Framing framing;
      const auto refusal =
          parseHead(std::string_view(pending).substr(found.skip, found.length), request, framing);
      pending.erase(0, found.skip + found.length);
      scanner = {};
      if (refusal) {
        understood.refused = refusal->status;
        return understood;
      }
      check(request, framing);
      useHeaders(request);
      ++understood.requests;
      understood.text += "\n" + request.method + " " + request.target + "\n";
      inBody = request.hasBody;
      decoder = framing.chunked ? BodyDecoder::chunked()
                                : BodyDecoder::fixed(request.contentLength.value_or(0));
    }
  }
  return understood;
}

}  // namespace larder::http::test
