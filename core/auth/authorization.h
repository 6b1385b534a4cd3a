#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "larder/sdk/access.h"
#include "larder/sdk/result.h"

namespace larder::auth {

/// The user name under which access plugins are given tokens.
inline constexpr std::string_view kTokenUser = "__token__";

/// What a client says it is. Keep it no longer than the request.
struct Login {
  std::string user;
  std::string secret;

  sdk::Credentials credentials() const noexcept { return {.user = user, .secret = secret}; }
};

/// Reads the value of an Authorization field (RFC 9110 section 11.6.2): Basic
/// (RFC 7617: UTF-8, split at the first ':'), Bearer (RFC 6750) and Token, whose
/// user is kTokenUser. Text that is not UTF-8 is taken for ISO 8859-1, which is
/// what some clients' libraries send. An empty field is nobody.
///
/// Errors: Unauthenticated for everything else, never taken for anonymous. Their
/// text may be shown to the client.
sdk::Result<std::optional<Login>> parseAuthorization(std::string_view field);

}  // namespace larder::auth
