#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace larder::pypi {

/// The forms in which an index page exists (PEP 691).
enum class Representation : std::uint8_t { Html, HtmlV1, Json };

/// The Content-Type of a form: always a concrete version, never "latest".
std::string_view contentTypeOf(Representation representation) noexcept;

/// The form that the client likes best, or nothing when it accepts none of them.
///
/// `format` is the query parameter of that name, which beats `accept` (the header). Ties go to
/// text/html, so that "*/*", an empty header and no header mean HTML. PEP 691, RFC 9110 §12.5.1.
std::optional<Representation> negotiate(std::optional<std::string_view> accept,
                                        std::optional<std::string_view> format) noexcept;

/// How much a client that sends `accept` likes `type`, in thousandths; 0: not at all.
/// Without the header everything is worth 1000.
int qualityOf(std::string_view type, std::optional<std::string_view> accept) noexcept;

}  // namespace larder::pypi
