#pragma once

#include <cstddef>
#include <string_view>

namespace larder {

/// Bytes of the well-formed UTF-8 sequence that `text` starts with (1 to 4), or 0 when there is
/// none: overlong forms, surrogates and what lies above U+10FFFF are not well-formed (RFC 3629).
std::size_t utf8SequenceLength(std::string_view text) noexcept;

/// The offset of the first byte that is not part of well-formed UTF-8, or npos.
std::size_t findInvalidUtf8(std::string_view text) noexcept;

}  // namespace larder
