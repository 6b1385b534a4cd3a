#pragma once

/// @file
/// What the host offers to plugins. Only the host implements these classes, so
/// a minor release may append members to them (at the end, never between).
/// All of them are thread-safe and outlive every plugin instance.

#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "larder/sdk/context.h"
#include "larder/sdk/result.h"
#include "larder/sdk/stream.h"

namespace larder::sdk {

enum class Level : std::uint8_t { Debug, Info, Warning, Error };

struct Field {
  std::string_view name;
  std::string_view value;
};

/// A log channel already labelled with the plugin's kind, name and instance.
class Logger {
 public:
  /// `event` is a stable dotted name ("s3.put.retried") that operators alert on;
  /// `text` is for reading and may change. One event, one call site, one entry
  /// in the reference of log events.
  virtual void log(Level level, std::string_view event, std::string_view text,
                   std::span<const Field> fields) noexcept = 0;
  virtual bool enabled(Level level) const noexcept = 0;

  void debug(std::string_view event, std::string_view text,
             std::initializer_list<Field> fields = {}) noexcept {
    log(Level::Debug, event, text, {fields.begin(), fields.size()});
  }
  void info(std::string_view event, std::string_view text,
            std::initializer_list<Field> fields = {}) noexcept {
    log(Level::Info, event, text, {fields.begin(), fields.size()});
  }
  void warning(std::string_view event, std::string_view text,
               std::initializer_list<Field> fields = {}) noexcept {
    log(Level::Warning, event, text, {fields.begin(), fields.size()});
  }
  void error(std::string_view event, std::string_view text,
             std::initializer_list<Field> fields = {}) noexcept {
    log(Level::Error, event, text, {fields.begin(), fields.size()});
  }

 protected:
  ~Logger() = default;
};

/// All time comes from here, so tests can move it.
class Clock {
 public:
  virtual std::chrono::system_clock::time_point now() const noexcept = 0;
  virtual std::chrono::steady_clock::time_point steady() const noexcept = 0;

 protected:
  ~Clock() = default;
};

class Counter {
 public:
  virtual void add(std::uint64_t n = 1) noexcept = 0;

 protected:
  ~Counter() = default;
};

class Gauge {
 public:
  virtual void set(double value) noexcept = 0;
  virtual void add(double change) noexcept = 0;

 protected:
  ~Gauge() = default;
};

class Histogram {
 public:
  /// Seconds for times, bytes for sizes; never milliseconds.
  virtual void observe(double value) noexcept = 0;

 protected:
  ~Histogram() = default;
};

using Labels = std::vector<std::pair<std::string, std::string>>;

class Metrics {
 public:
  /// Names are whole Prometheus names in base units ("larder_sqlite_busy_total",
  /// "larder_sqlite_apply_seconds"). The same name and labels give the same
  /// object for ever: keep the reference, looking it up again takes a lock. The
  /// instance label of the plugin is added by the host. Label values come from a
  /// small fixed set, never from a request.
  virtual Counter& counter(std::string_view name, std::string_view help, const Labels& = {}) = 0;
  virtual Gauge& gauge(std::string_view name, std::string_view help, const Labels& = {}) = 0;
  virtual Histogram& histogram(std::string_view name, std::string_view help,
                               std::span<const double> bounds, const Labels& = {}) = 0;

 protected:
  ~Metrics() = default;
};

/// Work outside any request. Jobs run on the host's job workers, each with its
/// own Context; they are cancelled when the server stops.
class Jobs {
 public:
  using Work = std::function<Result<void>(Context&)>;

  /// Runs `work` once, not before `delay`. A job with the same key that has not
  /// started yet is replaced; one that runs is followed by this one. A failed
  /// job is retried with backoff while its Error is retryable.
  virtual void schedule(std::string_view key, std::chrono::milliseconds delay, Work work) = 0;

  /// Runs `work` every `period`, first after one `period`, never twice at a time
  /// in this process. A failure is logged and does not end the series.
  virtual void repeat(std::string_view key, std::chrono::milliseconds period, Work work) = 0;

 protected:
  ~Jobs() = default;
};

enum class DigestAlgorithm : std::uint8_t { Md5, Sha1, Sha256, Sha512, Blake2b256 };

/// An upload on local disk with its length and digests. Deleted on destruction.
/// read() and rewind() follow Content's one-thread rule; the rest is thread-safe.
class SpooledContent : public Content {
 public:
  /// Lower-case hex. Md5, Sha256 and Blake2b256 are computed together in one read
  /// when the first of them is asked for, Sha1 and Sha512 in another; then they are
  /// remembered. Errors: Unavailable (disk).
  virtual Result<std::string> digest(DigestAlgorithm algorithm) = 0;

  /// Random access; does not move the position of read(). Fills the front of
  /// `buffer`; fewer bytes only at the end. Errors: Unavailable (disk).
  virtual Result<std::size_t> readAt(std::uint64_t offset, std::span<std::byte> buffer) const = 0;
};

class Passwords {
 public:
  /// A new hash in the server's preferred scheme. Costs tens of milliseconds.
  virtual std::string hash(std::string_view secret) = 0;
  /// Whether `secret` gives `hash`. Every scheme the server knows is accepted;
  /// an empty secret, an empty hash and an unknown scheme never verify. Costs
  /// what the hash says: up to hundreds of milliseconds.
  virtual bool verify(std::string_view secret, std::string_view hash) = 0;
  /// Costs as much as a verify() that fails: for users that do not exist, so
  /// that their answer takes as long as a wrong password.
  virtual void verifyNothing(std::string_view secret) = 0;
  /// Why `hash` can never verify ("unknown scheme $apr1$…"), or empty.
  virtual std::string unusable(std::string_view hash) = 0;

 protected:
  ~Passwords() = default;
};

/// Bytes made once and served many times: identity and gzip forms with a strong
/// ETag each. Immutable and shared: the host sends it from any thread.
struct PreparedBody {
  std::string contentType;
  std::string identity;
  std::string identityEtag;  ///< With its quotes.
  std::string gzip;          ///< Empty: not worth compressing.
  std::string gzipEtag;
};

/// Given to every plugin when it is created.
class Host {
 public:
  virtual Logger& logger() noexcept = 0;
  virtual Clock& clock() noexcept = 0;
  virtual Metrics& metrics() noexcept = 0;
  virtual Jobs& jobs() noexcept = 0;
  virtual Passwords& passwords() noexcept = 0;

  /// Reads `from` to its end onto disk. Errors: TooLarge, Unavailable (disk).
  virtual Result<std::unique_ptr<SpooledContent>> spool(Context& ctx, Source& from,
                                                        std::uint64_t limit) = 0;

  /// Compresses and tags `bytes`. CPU-bound: call it where blocking is allowed.
  virtual std::shared_ptr<const PreparedBody> prepare(std::string contentType,
                                                      std::string bytes) = 0;

 protected:
  ~Host() = default;
};

}  // namespace larder::sdk
