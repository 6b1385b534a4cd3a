#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace larder {

/// Lower-case hexadecimal.
std::string toHex(std::span<const unsigned char> bytes);

/// Whether `text` is `digits` characters of lower-case hexadecimal.
bool isLowerHex(std::string_view text, std::size_t digits) noexcept;

/// `bytes` random bytes from the kernel, in hexadecimal: nonces, request ids.
std::string randomHex(std::size_t bytes);

}  // namespace larder
