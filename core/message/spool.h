#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/message/message.h"
#include "larder/sdk/result.h"
#include "larder/sdk/storage.h"

namespace larder::http {

/// Collects a request body: in memory while it is small, then in a file of the
/// spool directory that has no name, so that a crash leaves nothing behind.
class Spool {
 public:
  static constexpr std::size_t kInMemory = 64 * 1024;

  explicit Spool(std::string directory) : directory_(std::move(directory)) {}

  /// Errors: Unavailable (disk).
  sdk::Result<void> append(std::string_view bytes);
  std::uint64_t size() const noexcept { return size_; }

  /// What was collected. Call once, last.
  std::shared_ptr<Body> finish();

 private:
  sdk::Result<void> openFile();
  sdk::Result<void> writeFile(std::string_view bytes);

  std::string directory_;
  std::string memory_;
  sdk::FileHandle file_;
  std::uint64_t size_ = 0;
};

}  // namespace larder::http
