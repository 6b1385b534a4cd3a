#pragma once

#include <string>
#include <string_view>

#include "core/content/digests.h"
#include "larder/sdk/stream.h"

namespace larder::repo {

/// Passes `content` on and fails with Corrupt instead of ending when its bytes are not
/// those of `sha256`.
class CheckedContent final : public sdk::Content {
 public:
  CheckedContent(sdk::Content& content, std::string_view sha256)
      : content_(content), sha256_(sha256) {}

  std::uint64_t size() const noexcept override { return content_.size(); }
  sdk::Result<std::size_t> read(std::span<std::byte> buffer) override;
  sdk::Result<void> rewind() override;

  /// Reads all of it from the start. Errors: Corrupt; what the content answers.
  sdk::Result<void> check();

 private:
  sdk::Content& content_;
  const std::string sha256_;
  content::Digester digester_{sdk::DigestAlgorithm::Sha256};
  bool ended_ = false;
};

}  // namespace larder::repo
