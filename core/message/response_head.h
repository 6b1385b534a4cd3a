#pragma once

#include <cstdint>
#include <string>

#include "core/message/message.h"
#include "core/message/selection.h"

namespace larder::http {

/// How the body of a response is told from the next one.
enum class BodyFraming : std::uint8_t { Length, Chunked, UntilClose };

BodyFraming framingOf(const Selection& chosen, bool http11);

struct HeadOptions {
  bool http11 = true;
  bool close = false;  ///< Say so. UntilClose says it anyway.
  BodyFraming framing = BodyFraming::Length;
};

/// Appends the head of `response` as `chosen` has it. `request` may be null.
/// Nothing that is in `response` can end a header line; headers that belong to the
/// engine (framing, Connection, Date, Server, X-Request-Id) are left out.
void appendHead(std::string& head, const Request* request, const Response& response,
                const Selection& chosen, const HeadOptions& options);

}  // namespace larder::http
