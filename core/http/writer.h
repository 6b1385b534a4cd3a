#pragma once

#include "core/http/output.h"
#include "core/message/message.h"
#include "core/message/response_head.h"
#include "core/message/selection.h"

namespace larder::http {

struct Written {
  int status = 0;
  std::uint64_t body = 0;  ///< Bytes of it that are in the output.
  BodyFraming framing = BodyFraming::Length;
  bool streams = false;  ///< The application's stream follows.
};

/// Puts the head of `response`, and its body unless that is a stream, into
/// `output`. `request` may be null.
Written writeResponse(Output& output, const Request* request, Response&& response, bool http11,
                      bool close);

}  // namespace larder::http
