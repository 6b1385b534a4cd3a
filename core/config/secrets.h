#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "larder/sdk/result.h"

namespace larder::config {

/// The secrets of one configuration, so that no message shows them, whoever wrote it.
class Secrets {
 public:
  /// Those of under four bytes are not remembered: masking them would garble any text.
  void add(std::string secret);
  /// `text` with every secret as ***.
  std::string masked(std::string text) const;

 private:
  std::vector<std::string> secrets_;  // longest first
};

struct SecretFile {
  std::string secret;
  bool readableByAll = false;
};

/// The content of a file of at most 64 KiB without one newline at its end.
/// Errors: Invalid: missing, unreadable, no regular file, too large, empty, NUL inside. The text
/// says what to do.
sdk::Result<SecretFile> readSecret(const std::string& path);

}  // namespace larder::config
