#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "larder/sdk/host.h"

namespace larder::web {

/// One part of a multipart body, found where it lies: nothing is copied.
struct Part {
  std::string name;                     ///< Of Content-Disposition.
  std::optional<std::string> filename;  ///< Its last path component.
  std::string contentType;              ///< Empty: none given.
  std::uint64_t offset = 0;             ///< Of the content, in the body.
  std::uint64_t size = 0;
};

/// The boundary of a Content-Type value, or nothing: "multipart/form-data;
/// boundary=x" (RFC 2046 §5.1.1: 1 to 70 bytes).
std::optional<std::string> boundaryOf(std::string_view contentType);

/// Finds the parts of a multipart/form-data body (RFC 7578). Memory is bounded
/// whatever the body's size. Errors: Invalid with a sentence for the client
/// (truncated, no boundary, a part without a name), TooLarge (over `maxParts`, or
/// a part's header over 8 KiB), and those of reading.
sdk::Result<std::vector<Part>> findParts(const sdk::SpooledContent& body, std::string_view boundary,
                                         std::size_t maxParts);

}  // namespace larder::web
