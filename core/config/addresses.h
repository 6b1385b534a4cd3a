#pragma once

#include <string>
#include <string_view>

namespace larder::config {

// Each of the first four answers why the text is wrong and what to write, or an empty text.

/// "127.0.0.1:8080", "[::1]:8080", "host.example:0", "unix:/run/larder/http.sock".
std::string wrongListenAddress(std::string_view text);

/// "10.0.0.0/8", "fd00::/8", "192.0.2.7", "unix".
std::string wrongNetwork(std::string_view text);

/// "" or "https://packages.example.org/prefix".
std::string wrongBaseUrl(std::string_view text);

/// "/", "/team", "/team/python/": and none of the server's own addresses.
std::string wrongMount(std::string_view text);

/// Whether only this machine can reach a listen address.
bool isLocalAddress(std::string_view listen);

/// With a slash at both ends.
std::string normalMount(std::string_view mount);

}  // namespace larder::config
