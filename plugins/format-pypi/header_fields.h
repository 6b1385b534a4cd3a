#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace larder::pypi {

/// Calls `field` for each header field of an email-like document, in order, and returns the body.
/// Lines are taken as Python's email parser takes them (email.feedparser, policy compat32), since
/// that is what installers read metadata with: a line that is neither a field nor a continuation
/// ends the fields and is the first of the body. `value` is without the blanks that follow the
/// colon; its continuation lines keep their line ends and indentation.
std::string_view forEachField(
    std::string_view document,
    const std::function<void(std::string_view name, std::string_view value)>& field);

/// `bytes` when they are UTF-8, else each byte taken as a Latin-1 character.
std::string toUtf8(std::string_view bytes);

bool isUtf8(std::string_view bytes) noexcept;

}  // namespace larder::pypi
