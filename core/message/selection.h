#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/message/message.h"

namespace larder::http {

/// What of a response goes on the wire once the request's preconditions, ranges
/// and accepted encodings have been weighed: RFC 9110 sections 12.5.3, 13 and 14,
/// in one place for every kind of body.
struct Selection {
  int status = 200;
  std::uint64_t offset = 0;
  std::optional<std::uint64_t> length;  ///< Content-Length; nothing: not known.
  std::optional<std::uint64_t> total;   ///< Of the representation, when it is known.
  std::string_view etag;
  std::chrono::sys_seconds modified{};
  bool ranges = false;    ///< Accept-Ranges: bytes.
  bool gzip = false;      ///< The gzip form of a prepared body.
  bool withBody = false;  ///< Body bytes follow the head; not for HEAD, 304 and the like.
};

/// Pure; `request` may be null (its head could not be read). The views live as
/// long as `response`.
Selection select(const Request* request, const Response& response);

}  // namespace larder::http
