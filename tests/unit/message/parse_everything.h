#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace larder::http::test {

/// What was understood of some bytes.
struct Understood {
  int requests = 0;
  int refused = 0;   ///< 0 or the status of the refusal that ended it.
  std::string text;  ///< All of it, to compare two readings.
};

/// Reads `bytes` as a connection would that gets them `step` at a time: requests with
/// their bodies until the end or a refusal. Aborts when an invariant does not hold.
Understood parseEverything(std::string_view bytes, std::size_t step);

}  // namespace larder::http::test
