#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "larder/sdk/component.h"
#include "larder/sdk/stream.h"

namespace larder::sdk {

struct ObjectInfo {
  std::string key;
  std::uint64_t size = 0;
  std::string etag;  ///< Changes whenever the bytes do; otherwise opaque.
  std::chrono::sys_seconds modified;
};

struct OpenObject {
  ObjectInfo info;               ///< Of the whole object, whatever the range.
  std::unique_ptr<Source> body;  ///< Only the bytes of the range.
};

struct ByteRange {
  std::uint64_t offset = 0;
  std::optional<std::uint64_t> length;  ///< None: to the end. May reach past the end.
};

/// When a put() has survived a power cut.
enum class Durability : std::uint8_t {
  Now,    ///< Before put() returns.
  Later,  ///< Not before the next DurabilityBarrier::sync() returns. A backend without that
          ///< facet treats it as Now.
};

struct PutOptions {
  std::string_view contentType = "application/octet-stream";
  std::string_view cacheControl = {};  ///< Kept for clients that fetch from the backend itself.
  bool ifAbsent = false;               ///< Errc::Conflict when the key already exists.
  Durability durability = Durability::Now;
};

struct ObjectPage {
  std::vector<ObjectInfo> objects;
  std::string next;  ///< Pass as `after` for the following page; empty: no more.
};

/// Named blobs. The only place where packages live; everything else the server
/// knows can be rebuilt from here.
///
/// A backend knows nothing of packages, formats or HTTP. It has no directories,
/// links or renames: object stores lack them, and one that must fake them fakes
/// them wrongly.
///
/// Keys: 1..512 bytes, segments of 1..200 bytes of [A-Za-z0-9._+~!@=-] joined by
/// single '/', no segment "." or "..". No stored key is a path prefix of another
/// ("a/b" and "a/b/c"). The host checks the first sentence before every call and
/// chooses keys so that the second holds.
///
/// Visibility: once put() or remove() has returned success, every later stat(),
/// open() and list() on the same key shows it, from any process.
class Storage : public Component {
 public:
  static constexpr FacetId kFacet{"larder.storage/1"};

  /// Errors: NotFound.
  virtual Result<ObjectInfo> stat(Context& ctx, std::string_view key) = 0;

  /// Opens an object for reading. A reader that has been returned keeps reading
  /// the bytes it was opened on, or fails; it never sees a mixture.
  ///
  /// Errors: NotFound; Invalid when range.offset > size.
  virtual Result<OpenObject> open(Context& ctx, std::string_view key, ByteRange range) = 0;

  /// Stores exactly `content` under `key`. Other callers see the old object or
  /// the new one, whole. When `content` fails, nothing is stored and its Error
  /// is returned; content shorter than its size() is Corrupt. May rewind() and
  /// retry within the deadline. Of several concurrent calls with ifAbsent on one
  /// key exactly one succeeds.
  ///
  /// Errors: Conflict (ifAbsent); TooLarge; Unsupported when the backend cannot
  /// honour ifAbsent; whatever `content` returned. On Timeout, Cancelled and
  /// Unavailable the object may or may not be there.
  virtual Result<ObjectInfo> put(Context& ctx, std::string_view key, Content& content,
                                 const PutOptions& options) = 0;

  /// Makes the key absent. Success when it already was.
  virtual Result<void> remove(Context& ctx, std::string_view key) = 0;

  /// Lists keys that start with `prefix` and sort after `after`, in byte order,
  /// at most `limit` of them. `prefix` is text, not a directory: "a/b" matches
  /// "a/bc". Objects that come or go during a listing may be missed.
  ///
  /// Requires: 1 <= limit <= 1000.
  virtual Result<ObjectPage> list(Context& ctx, std::string_view prefix, std::string_view after,
                                  std::size_t limit) = 0;

  void* facet(FacetId id) noexcept override { return id == kFacet ? this : nullptr; }
};

/// Optional: clients may fetch straight from the backend.
class PresignedUrls {
 public:
  static constexpr FacetId kFacet{"larder.storage.presign/1"};

  struct Options {
    std::chrono::sys_seconds start;  ///< Of the signature's window; equal inputs, equal URL.
    std::chrono::seconds ttl{};
    std::string_view contentType = {};
    std::string_view disposition = {};  ///< A whole Content-Disposition value; empty: none.
  };

  /// An absolute URL that lets its bearer GET `key`. Does not check that the
  /// object exists. Does not block.
  virtual Result<std::string> presignGet(std::string_view key, const Options& options) = 0;

 protected:
  ~PresignedUrls() = default;
};

/// An open file descriptor with its owner.
class FileHandle {
 public:
  FileHandle() = default;
  explicit FileHandle(int fd) noexcept : fd_(fd) {}
  FileHandle(FileHandle&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileHandle& operator=(FileHandle&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~FileHandle() { closeNow(); }

  int get() const noexcept { return fd_; }  ///< -1: none.
  explicit operator bool() const noexcept { return fd_ >= 0; }
  int release() noexcept { return std::exchange(fd_, -1); }

 private:
  void closeNow() noexcept;
  int fd_ = -1;
};

struct LocalFile {
  FileHandle file;  ///< Read-only, at offset 0; read with pread(2) or sendfile(2).
  ObjectInfo info;
};

/// Optional: objects are files on this machine and can be sent by sendfile(2).
class LocalFiles {
 public:
  static constexpr FacetId kFacet{"larder.storage.local/1"};

  /// Opens `key`'s file. Costs one open(2) and one fstat(2); fast enough to be
  /// called where blocking is not allowed. The bytes under the descriptor do not
  /// change. Errors: NotFound, Unavailable.
  virtual Result<LocalFile> openLocal(std::string_view key) = 0;

 protected:
  ~LocalFiles() = default;
};

/// Optional: one barrier makes many puts durable.
class DurabilityBarrier {
 public:
  static constexpr FacetId kFacet{"larder.storage.barrier/1"};

  /// Everything put with Durability::Later before this call began, by this
  /// process, is durable when it returns success.
  virtual Result<void> sync(Context& ctx) = 0;

 protected:
  ~DurabilityBarrier() = default;
};

/// Optional: the backend copies without the bytes passing through the host.
class ServerSideCopy {
 public:
  static constexpr FacetId kFacet{"larder.storage.copy/1"};

  /// Like reading `from` and put() under `to`. Errors: NotFound; Conflict (ifAbsent).
  virtual Result<ObjectInfo> copy(Context& ctx, std::string_view from, std::string_view to,
                                  const PutOptions& options) = 0;

 protected:
  ~ServerSideCopy() = default;
};

}  // namespace larder::sdk

#include <unistd.h>

inline void larder::sdk::FileHandle::closeNow() noexcept {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}
