#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "larder/sdk/stream.h"

namespace larder::test {

/// Bytes in memory as a Source. `chunk` is the most that one read() gives, so
/// that a reader which expects whole answers is found out.
class StringSource final : public sdk::Source {
 public:
  explicit StringSource(std::string bytes, std::size_t chunk = SIZE_MAX)
      : bytes_(std::move(bytes)), chunk_(chunk) {}

  sdk::Result<std::size_t> read(std::span<std::byte> buffer) override {
    const std::size_t n = std::min({buffer.size(), chunk_, bytes_.size() - at_});
    std::memcpy(buffer.data(), bytes_.data() + at_, n);
    at_ += n;
    return n;
  }

 private:
  std::string bytes_;
  std::size_t chunk_;
  std::size_t at_ = 0;
};

/// Bytes in memory as a Content, which can also misbehave: give an Error instead
/// of the byte at `failAt`, or state another size than it has.
class StringContent final : public sdk::Content {
 public:
  struct Trouble {
    std::optional<std::size_t> failAt = std::nullopt;
    sdk::Errc code = sdk::Errc::Corrupt;
    std::optional<std::uint64_t> statedSize = std::nullopt;
    std::size_t failures = SIZE_MAX;  ///< After that many it gives the bytes.
  };

  explicit StringContent(std::string_view bytes) : bytes_(bytes) {}
  StringContent(std::string_view bytes, Trouble trouble) : bytes_(bytes), trouble_(trouble) {}

  std::uint64_t size() const noexcept override {
    return trouble_.statedSize.value_or(bytes_.size());
  }

  sdk::Result<std::size_t> read(std::span<std::byte> buffer) override {
    std::size_t n = std::min(buffer.size(), bytes_.size() - at_);
    if (trouble_.failAt && trouble_.failures > 0) {
      if (at_ >= *trouble_.failAt) {
        --trouble_.failures;
        return sdk::Error(trouble_.code, "the content failed as told");
      }
      n = std::min(n, *trouble_.failAt - at_);
    }
    std::memcpy(buffer.data(), bytes_.data() + at_, n);
    at_ += n;
    return n;
  }

  sdk::Result<void> rewind() override {
    at_ = 0;
    ++rewinds_;
    return {};
  }

  std::size_t rewinds() const noexcept { return rewinds_; }

 private:
  std::string bytes_;
  Trouble trouble_;
  std::size_t at_ = 0;
  std::size_t rewinds_ = 0;
};

/// All that is left of `source`.
inline sdk::Result<std::string> readAll(sdk::Source& source) {
  std::string all;
  std::byte buffer[4096];
  while (true) {
    LARDER_TRY_ASSIGN(const std::size_t n, source.read(buffer));
    if (n == 0) return all;
    all.append(reinterpret_cast<const char*>(buffer), n);
  }
}

}  // namespace larder::test
