#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/message/message.h"

namespace larder::http {

struct HeadLimits {
  std::size_t head = 32 * 1024;   ///< Request line and headers; more is 431.
  std::size_t target = 8 * 1024;  ///< The request line; more is 414.
};

/// Why a request is not even shown to the application.
struct Refusal {
  int status = 400;
  std::string message;
};

/// How a request frames its body and what it wants of the connection.
struct Framing {
  bool http11 = false;
  bool keepAlive = false;
  bool chunked = false;
  bool expectsContinue = false;
};

/// Finds where a head ends in bytes that arrive piece by piece, looking at each
/// byte once, and refuses what cannot become one as early as it shows.
class HeadScanner {
 public:
  struct Found {
    std::size_t skip = 0;    ///< Empty lines in front (RFC 9112 section 2.2).
    std::size_t length = 0;  ///< Of the head after them; 0: not complete yet.
    std::optional<Refusal> refusal;
  };

  /// `bytes` begins where it began in the last call and may be longer now.
  Found scan(std::string_view bytes, const HeadLimits& limits);

 private:
  std::optional<Refusal> line(std::string_view bytes, const HeadLimits& limits) const;

  std::size_t start_ = 0;      // of the head
  std::size_t lineStart_ = 0;  // of the line being read
  std::size_t position_ = 0;   // not looked at yet
};

/// Parses a complete head (RFC 9112) into `request` and `framing`. Stricter than
/// the RFC where two readers could disagree on where a message ends.
std::optional<Refusal> parseHead(std::string_view head, Request& request, Framing& framing);

}  // namespace larder::http
