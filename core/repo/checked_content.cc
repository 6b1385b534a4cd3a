#include "core/repo/checked_content.h"

#include <array>

namespace larder::repo {

using sdk::Errc;
using sdk::Error;
using sdk::Result;

Result<std::size_t> CheckedContent::read(std::span<std::byte> buffer) {
  if (ended_) return std::size_t{0};
  LARDER_TRY_ASSIGN(const std::size_t n, content_.read(buffer));
  if (n > 0) {
    digester_.update(buffer.first(n));
    return n;
  }
  ended_ = true;
  const std::string found = digester_.finish();
  if (found != sha256_) {
    return Error(Errc::Corrupt,
                 "the content has the SHA-256 " + found + ", " + sha256_ + " was stated");
  }
  return n;
}

Result<void> CheckedContent::rewind() {
  digester_ = content::Digester(sdk::DigestAlgorithm::Sha256);
  ended_ = false;
  return content_.rewind();
}

Result<void> CheckedContent::check() {
  LARDER_TRY(rewind());
  std::array<std::byte, 65536> buffer;
  while (true) {
    LARDER_TRY_ASSIGN(const std::size_t n, read(buffer));
    if (n == 0) return {};
  }
}

}  // namespace larder::repo
