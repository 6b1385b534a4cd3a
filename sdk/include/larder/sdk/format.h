#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "larder/sdk/access.h"
#include "larder/sdk/component.h"
#include "larder/sdk/host.h"
#include "larder/sdk/repository.h"

namespace larder::sdk {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct FormFile {
  std::string field;
  std::string filename;     ///< The last component only, whatever the client sent.
  std::string contentType;  ///< Empty: the part had none.
  std::unique_ptr<SpooledContent> content;
};

/// A parsed request body (multipart/form-data, x-www-form-urlencoded or a JSON
/// object of scalars), fields in the order sent. Without a body it is empty.
struct Form {
  std::vector<std::pair<std::string, std::string>> fields;
  std::vector<FormFile> files;

  /// The last value of a field, or nothing.
  std::optional<std::string_view> field(std::string_view name) const {
    for (auto it = fields.rbegin(); it != fields.rend(); ++it) {
      if (it->first == name) return it->second;
    }
    return std::nullopt;
  }
};

/// One inbound request. Implemented by the host; a minor may append. Used by one
/// thread at a time; what it returns lives as long as the request.
class Request {
 public:
  virtual std::string_view method() const noexcept = 0;
  /// Below the repository's mount, starting with '/', percent-decoded once.
  virtual std::string_view path() const noexcept = 0;
  /// The text a "{name}" of the route's pattern matched, percent-decoded once.
  /// '+' is itself. Requires: the pattern has it.
  virtual std::string_view param(std::string_view name) const = 0;
  /// The first value; '+' is a blank, as in forms.
  virtual std::optional<std::string_view> query(std::string_view name) const = 0;
  virtual std::vector<std::string_view> queryAll(std::string_view name) const = 0;
  /// All fields of that name joined by ", "; the name is case-insensitive.
  virtual std::optional<std::string_view> header(std::string_view name) const = 0;

  /// The client's address, after trusted proxies were taken into account.
  virtual std::string_view peer() const noexcept = 0;
  /// "https://packages.example.org/prefix": scheme, host and prefix as the client
  /// sees them, without a trailing slash. From `base_url`, a trusted proxy or the
  /// Host header, in this order.
  virtual std::string_view externalBase() const noexcept = 0;
  /// The repository's mount as a client sees it, path only, with a trailing
  /// slash: "/prefix/team/". Links are made of this, so no Host header is trusted.
  virtual std::string_view mount() const noexcept = 0;

  virtual const Identity& identity() const noexcept = 0;

  /// Asks the access gate. An empty project means the repository itself.
  /// Errors: Invalid (no project name), Unauthenticated, Forbidden; return them
  /// as they are and the host answers 400, 401 or 403 with the reason.
  virtual Result<void> require(Context& ctx, Verb verb, std::string_view project) = 0;
  /// The same question without consequences: does not count as a decision.
  virtual Result<bool> may(Context& ctx, Verb verb, std::string_view project) = 0;
  /// Those of `projects` (normalised names) that the caller may, in their order.
  /// Counts as a decision: showing what is allowed, and nothing else, is one.
  virtual Result<std::vector<std::string>> filter(Context& ctx, Verb verb,
                                                  std::vector<std::string> projects) = 0;

  /// The body as a form. Parsed on the first call; files stay on disk. Only
  /// where blocking is allowed. Errors: Invalid (malformed, unknown content
  /// type), TooLarge (too many or too large fields).
  virtual Result<Form*> form(Context& ctx) = 0;
  /// The raw body. Only where blocking is allowed.
  virtual SpooledContent& body() = 0;

 protected:
  ~Request() = default;
};

/// The body is a blob of this repository. The host sends or redirects, and does
/// Range, If-Range, HEAD, 304 and Content-Length.
struct BlobBody {
  std::string key;
  std::uint64_t size = 0;
  std::string etag;  ///< Strong, with its quotes.
  std::chrono::sys_seconds modified{};
};

struct Response {
  int status = 200;
  std::string reason = {};  ///< Reason phrase; empty: the usual one. Printable ASCII.
  std::string contentType = "text/plain; charset=utf-8";  ///< Of a prepared body: its own.
  Headers headers = {};
  std::variant<std::string, std::shared_ptr<const PreparedBody>, BlobBody, std::unique_ptr<Source>>
      body = {};
};

enum class Slash : std::uint8_t {
  Either,    ///< With and without a trailing slash are the same address.
  Exact,     ///< Only as written.
  Redirect,  ///< As written; the other form is redirected here (301 for GET and HEAD, else 307).
};

enum class BodyKind : std::uint8_t {
  None,    ///< More than a little is 413.
  Small,   ///< At most 1 MiB: forms, JSON.
  Upload,  ///< Up to the server's upload_limit.
};

/// One address of a format, below the mount.
struct Route {
  using Handler = std::function<Result<Response>(Context&, Request&)>;
  /// Answers from memory, or not at all: no cache, storage, lock that may be held
  /// for long, or computing over a few microseconds. Nothing: use the handler.
  using Fast = std::function<std::optional<Response>(Request&)>;

  std::string method;   ///< "GET" also serves HEAD.
  std::string pattern;  ///< "/simple/{project}/"; "{path...}" takes the rest; "graph.{ext}" works.

  /// What the gate demands before the body is read and a handler runs. None: the
  /// handler calls require() or filter() itself; if it then answers 2xx without
  /// having done so, the host discards the answer, sends 500 and logs
  /// `route.unguarded`. An upload without a need is read only from callers who may
  /// write to some project.
  std::optional<Verb> need = std::nullopt;
  std::string projectParam = {};  ///< Which param names the project; empty: the repository.
  Slash slash = Slash::Either;
  BodyKind body = BodyKind::None;
  Handler handler;
  Fast fast = nullptr;  ///< Tried first, in the event loop, once the gate has agreed.
};

/// A failure that the host is about to show under one of a format's routes.
struct Failure {
  int status = 500;
  std::string message;  ///< For people; already safe to show.
};

/// What a format gets beside Host: this repository's state. Which storage and
/// cache plugins are behind it, and that other repositories exist, cannot be seen.
class FormatHost : public Host {
 public:
  virtual std::string_view repository() const noexcept = 0;
  virtual Blobs& blobs() noexcept = 0;

  /// The journal `name` (1..100 bytes, any text), made when first written to.
  /// The reference stays valid.
  virtual Journal& journal(std::string_view name) = 0;
  /// The names of all journals that have entries, in byte order.
  virtual Result<std::vector<std::string>> journals(Context& ctx) = 0;

  /// A setting of the repository that the host reads itself.
  virtual bool privateReads() const noexcept = 0;  ///< Reading needs a right: no shared caching.

 protected:
  ~FormatHost() = default;
};

/// A package protocol: which URLs exist, what an upload means, how listings are
/// made.
class Format : public Component {
 public:
  static constexpr FacetId kFacet{"larder.format/1"};

  /// Called once, before the first request. Handlers run on many threads and
  /// are not called after the destructor has begun.
  virtual std::vector<Route> routes() = 0;

  /// The form of a project's name under which rights and data are kept. Pure.
  /// Errors: Invalid when it cannot name a project; the message is shown to the
  /// client.
  virtual Result<std::string> normalize(std::string_view project) const = 0;

  /// What a record accounts for: its cache entries and the blobs it needs. Upload,
  /// delete, catching up and rebuild all go through it, so they cannot drift
  /// apart. Depends on nothing but its arguments: no reads, no clock, no settings.
  ///
  /// Errors: Corrupt when the record is none of this format's; a commit is then
  /// refused, a rebuild logs it, counts it and goes on.
  virtual Result<Indexed> index(std::string_view journal, std::string_view key,
                                std::string_view record) const = 0;

  /// The body of an error under this format's routes. The host keeps the status
  /// and adds WWW-Authenticate, Retry-After and the like.
  virtual Response render(const Request& request, const Failure& failure) const = 0;

  void* facet(FacetId id) noexcept override { return id == kFacet ? this : nullptr; }
};

}  // namespace larder::sdk
