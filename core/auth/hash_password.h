#pragma once

#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>

namespace larder::auth {

struct HashPasswordOptions {
  std::string scheme;      ///< Empty: the preferred one. See hashSchemes().
  bool fromInput = false;  ///< Read `in` to its end and take one newline off, instead of asking.
};

/// Asks for one line without showing what is typed; nothing: there is nobody to ask.
using AskSecret = std::function<std::optional<std::string>(std::string_view prompt)>;

/// By way of /dev/tty.
std::optional<std::string> askTerminal(std::string_view prompt);

/// `larder hash-password`: the hash and a newline to `out`, problems to `err`.
/// Asks twice. Answers the exit status: 0, 1 (no usable password), 2 (arguments).
int hashPassword(const HashPasswordOptions& options, std::istream& in, std::ostream& out,
                 std::ostream& err, const AskSecret& ask = askTerminal);

}  // namespace larder::auth
