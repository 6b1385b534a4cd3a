#pragma once

#include <string>
#include <string_view>

#include "core/message/message.h"
#include "core/web/site.h"
#include "larder/sdk/format.h"

namespace larder::web {

/// The status for an Error that a handler returned, and words that say no more
/// than a client may know. docs/reference/errors.md is the same table.
struct Outcome {
  int status = 500;
  std::string_view message;
};
Outcome outcomeOf(sdk::Errc code) noexcept;

/// Turns a format's answer into one for the connection engine. A blob is sent by
/// sendfile(2) where the storage is local, else streamed, or redirected to where
/// `site` says so. Errors: Corrupt when a local blob has not the size it should
/// have; NotFound when it is missing.
sdk::Result<http::Response> toHttp(sdk::Response response, const Site& site, sdk::Clock& clock);

/// The host's own error page: JSON {"error", "message"} (pypicloud's keys).
http::Response plainFailure(int status, std::string_view message);

/// Adds what a status asks for: WWW-Authenticate (RFC 7617), Retry-After.
void addStatusHeaders(http::Response& response, int status);

}  // namespace larder::web
