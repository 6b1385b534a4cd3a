#pragma once

#include <cstdint>
#include <optional>

#include "core/http/message.h"
#include "core/http/output.h"
#include "core/http/selection.h"

namespace larder::http {

/// How the body of a response is told from the next one.
enum class BodyFraming : std::uint8_t { Length, Chunked, UntilClose };

struct Written {
  Selection chosen;
  BodyFraming framing = BodyFraming::Length;
  /// The application's stream follows; everything else is in the output already.
  bool streams = false;
};

struct WriteOptions {
  bool http11 = true;
  bool close = false;  ///< Say so. May be forced by the framing.
};

/// Puts the head of `response`, and its body unless that is a stream, into
/// `output`. `request` may be null. Nothing that is in `response` can end a header
/// line; headers that belong to the engine are left out.
Written writeResponse(Output& output, const Request* request, Response&& response,
                      const WriteOptions& options);

}  // namespace larder::http
