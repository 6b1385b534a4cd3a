#pragma once

#include <optional>
#include <string_view>

namespace larder::pypi {

/// The boolean that a form or query parameter spells: true, false, 1, 0, yes, no, on, off, t, f, y,
/// n in any case. Nothing: none of them.
std::optional<bool> parseBoolean(std::string_view text) noexcept;

}  // namespace larder::pypi
