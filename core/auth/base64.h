#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace larder::auth {

enum class Base64 : std::uint8_t {
  Standard,  ///< RFC 4648 section 4, with its padding.
  Adapted,   ///< passlib's "ab64": '.' for '+', no padding.
};

/// The decoded bytes, or nothing when `text` is not exactly what an encoder
/// would have written: foreign characters, blanks, wrong padding and stray bits
/// in the last character are all refused.
std::optional<std::string> decodeBase64(std::string_view text, Base64 variant);

std::string encodeBase64(std::string_view bytes, Base64 variant);

}  // namespace larder::auth
