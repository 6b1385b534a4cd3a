#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace larder::config {

/// The one of `choices` that `word` is most likely a slip for (few edits away, a swap of neighbours
/// counting as one), or empty. Case is ignored.
std::string_view nearest(std::string_view word, const std::vector<std::string_view>& choices);

/// "bucket, endpoint, region, …": at most `most` of them.
std::string joined(const std::vector<std::string_view>& words, std::size_t most = 24);

/// ` (did you mean "bucket"?)`, or empty.
std::string suggestion(std::string_view word, const std::vector<std::string_view>& choices);

/// `text` in double quotes for a message: at most 80 bytes of it, control characters and invalid
/// UTF-8 as '?', and the password of a URL as ***.
std::string shown(std::string_view text);

/// A key as part of a setting's path: control characters and invalid UTF-8 as '?'.
std::string shownKey(std::string_view key);

}  // namespace larder::config
