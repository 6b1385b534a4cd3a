#pragma once

/// @file
/// What the connection engine and the application above it exchange.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "larder/sdk/host.h"
#include "larder/sdk/storage.h"
#include "larder/sdk/stream.h"

namespace larder::http {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// What the application notes about a request while it answers it, for its own
/// done(). Written before the answer is handed over, read after.
struct Annotation {
  std::string user;
  std::size_t site = static_cast<std::size_t>(-1);
};

/// A request whose head has been read and found well-formed.
struct Request {
  std::string id;      ///< Printable, unique; in logs and in X-Request-Id.
  std::string method;  ///< As sent; methods are case-sensitive.
  std::string target;  ///< As sent, origin-form: "/a%20b?x=1".
  std::string path;    ///< The target's path, still percent-encoded.
  std::string query;   ///< Without '?'.
  Headers headers;     ///< In the order sent; names lower-case, values trimmed.
  std::string peer;    ///< Client address; of the trusted proxy's client where there is one.
  std::string scheme;  ///< "http" or "https", as the client sees it.
  std::string host;    ///< Host header, or what a trusted proxy says; may be empty on HTTP/1.0.
  std::string forwardedPrefix;  ///< X-Forwarded-Prefix of a trusted proxy; else empty.
  std::optional<std::uint64_t> contentLength;
  bool hasBody = false;     ///< Content-Length over 0, or chunked.
  mutable Annotation note;  ///< The application's; the engine does not look at it.

  /// All values of a header (name in lower case), joined by ", "; nothing when absent.
  std::optional<std::string> header(std::string_view name) const;
};

/// A request body that has arrived completely: in memory when small, else in an
/// unlinked file of the spool directory.
class Body {
 public:
  virtual ~Body() = default;
  virtual std::uint64_t size() const noexcept = 0;
  /// Random access; any thread. Fewer bytes only at the end.
  virtual sdk::Result<std::size_t> readAt(std::uint64_t offset,
                                          std::span<std::byte> buffer) const = 0;
};

/// Bytes of a file, sent by sendfile(2). The engine applies single ranges,
/// If-Range, If-None-Match, If-Modified-Since and HEAD.
struct FileBody {
  std::shared_ptr<sdk::FileHandle> file;
  std::uint64_t size = 0;
  std::string etag;  ///< Strong, quoted; may be empty.
  std::chrono::sys_seconds modified{};
};

/// Bytes that are fetched while they are sent. `open` is called on the pool with
/// the range to send once preconditions have been decided from the other fields;
/// its Source is read on the pool, a piece at a time as the client takes them.
struct StreamBody {
  std::optional<std::uint64_t> size;  ///< Nothing: chunked, and no ranges.
  std::string etag;
  std::chrono::sys_seconds modified{};
  std::function<sdk::Result<std::unique_ptr<sdk::Source>>(sdk::ByteRange)> open;
};

/// Identity and gzip forms; the engine negotiates Accept-Encoding, adds Vary,
/// answers If-None-Match with 304.
using PreparedBody = std::shared_ptr<const sdk::PreparedBody>;

struct Response {
  int status = 200;
  std::string reason;       ///< Empty: the usual phrase. Non-printable bytes are replaced.
  std::string contentType;  ///< Empty: none. A prepared body's own one wins.
  Headers headers;          ///< Neither framing nor connection headers. CR, LF, NUL never get out.
  std::variant<std::string, PreparedBody, FileBody, StreamBody> body;
  bool close = false;  ///< Close the connection afterwards.
};

/// How to answer a request, decided from its head in the event loop. Exactly one
/// of `answer` and `handle` is set.
struct Plan {
  /// Known already: sent from the loop. An unread body is drained when small,
  /// otherwise the connection is closed; "Expect: 100-continue" gets this status.
  std::optional<Response> answer;

  /// Runs on the pool before any of the body is read (it may check credentials);
  /// a Response ends the request as `answer` would. Empty: admitted.
  std::function<std::optional<Response>()> admit;

  /// The most body that is accepted; more is 413, by Content-Length before any of
  /// it is read.
  std::uint64_t bodyLimit = 0;

  /// Runs on the pool when the whole body has arrived (an empty Body otherwise).
  std::function<Response(std::shared_ptr<Body>)> handle;

  /// Called when nobody will read the answer any more (client gone, handler over
  /// its deadline, server stopping), so that the work can stop. Any thread; may be
  /// called after `handle` has returned.
  std::function<void()> cancel;
};

/// A request that has been answered: for access log and metrics.
struct Done {
  const Request* request = nullptr;  ///< Null when the request could not be parsed.
  std::string_view peer;
  int status = 0;  ///< What was sent; 499 when the client left before the status line.
  std::uint64_t received = 0;
  std::uint64_t sent = 0;  ///< Body bytes.
  std::chrono::nanoseconds took{};
};

/// The application above the engine. All members are called from several loop
/// threads at once and must not block.
class Application {
 public:
  virtual ~Application() = default;
  virtual Plan plan(const std::shared_ptr<const Request>& request) = 0;
  /// The body for a failure of the engine's own (400, 408, 413, 414, 431, 503…).
  /// The request is null when its head could not be read.
  virtual Response failure(const Request* request, int status, std::string_view message) = 0;
  virtual void done(const Done& done) noexcept = 0;
};

}  // namespace larder::http
