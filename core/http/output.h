#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/http/transport.h"
#include "larder/sdk/storage.h"

namespace larder::http {

/// What a connection still has to send, in order: text of its own, shared memory
/// and parts of files.
class Output {
 public:
  enum class Flushed : std::uint8_t {
    All,
    Blocked,  ///< Until the socket is writable.
    Yielded,  ///< There is more to do, but others wait as well.
    Failed,
  };

  /// To append to; goes out after all that is queued.
  std::string& text();
  void text(std::string&& whole);
  void share(std::shared_ptr<const void> owner, std::string_view bytes);
  void file(std::shared_ptr<sdk::FileHandle> file, std::uint64_t offset, std::uint64_t length);

  Flushed flush(Transport& transport);

  bool empty() const noexcept { return first_ == pieces_.size(); }
  /// Bytes ever queued and ever sent.
  std::uint64_t queued() const noexcept;
  std::uint64_t sent() const noexcept { return sent_; }
  std::uint64_t waiting() const noexcept { return queued() - sent_; }

 private:
  struct Piece {
    std::string text;
    std::shared_ptr<const void> owner;
    const char* data = nullptr;  // with owner; null: text
    int file = -1;
    std::uint64_t position = 0;  // in text, data or the file
    std::uint64_t left = 0;      // of data or the file

    std::uint64_t size() const noexcept {
      return data == nullptr && file < 0 ? text.size() - position : left;
    }
  };

  Transport::Moved sendFront(Transport& transport);
  Transport::Moved sendMemory(Transport& transport);
  void advance(std::uint64_t bytes);

  std::vector<Piece> pieces_;
  std::size_t first_ = 0;
  std::uint64_t sent_ = 0;
};

}  // namespace larder::http
