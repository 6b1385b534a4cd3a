#include "booleans.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace larder::pypi {

std::optional<bool> parseBoolean(std::string_view text) noexcept {
  constexpr std::array<std::string_view, 6> kTrue{"true", "1", "yes", "on", "t", "y"};
  constexpr std::array<std::string_view, 6> kFalse{"false", "0", "no", "off", "f", "n"};
  if (text.size() > 5) return std::nullopt;
  std::array<char, 5> lower{};
  std::transform(text.begin(), text.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const std::string_view word(lower.data(), text.size());
  if (std::find(kTrue.begin(), kTrue.end(), word) != kTrue.end()) return true;
  if (std::find(kFalse.begin(), kFalse.end(), word) != kFalse.end()) return false;
  return std::nullopt;
}

}  // namespace larder::pypi
