#include "core/config/addresses.h"

#include <arpa/inet.h>
#include <sys/un.h>

#include <algorithm>
#include <optional>

#include "core/config/values.h"
#include "core/config/words.h"

namespace larder::config {

namespace {

constexpr std::string_view kUnix = "unix:";
constexpr std::string_view kListenForms =
    "; write 127.0.0.1:8080, [::1]:8080 or unix:/path (0.0.0.0:8080 for every address)";

struct HostPort {
  std::string_view host;  // without brackets
  std::string_view port;
  bool bracketed = false;
};

std::optional<HostPort> splitHostPort(std::string_view text) {
  if (text.starts_with('[')) {
    const auto end = text.find("]:");
    if (end == std::string_view::npos) return std::nullopt;
    return HostPort{text.substr(1, end - 1), text.substr(end + 2), true};
  }
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  return HostPort{text.substr(0, colon), text.substr(colon + 1), false};
}

template <class Predicate>
bool all(std::string_view text, Predicate predicate) {
  return std::all_of(text.begin(), text.end(), predicate);
}

bool isLetterOrDigit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool isHostName(std::string_view host) {
  return !host.empty() && host.size() <= 253 && isLetterOrDigit(host.front()) &&
         all(host, [](char c) { return isLetterOrDigit(c) || c == '-' || c == '.'; });
}

bool isIp(int family, std::string_view text) {
  unsigned char address[16];
  return ::inet_pton(family, std::string(text).c_str(), address) == 1;
}

// "1.2.3" and "1.2.3.400" are meant as addresses, not as names.
bool looksLikeIp4(std::string_view host) {
  return all(host, [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
}

bool isPort(std::string_view text) {
  const auto port = parseInteger(text);
  return port && *port >= 0 && *port <= 65535 && !text.starts_with('-');
}

std::string wrongUnix(std::string_view path) {
  if (!path.starts_with('/'))
    return "the path of a unix socket must start with /" + std::string(kListenForms);
  if (path.size() >= sizeof(sockaddr_un::sun_path)) {
    return "the path of a unix socket may have at most " +
           std::to_string(sizeof(sockaddr_un::sun_path) - 1) + " bytes; use a shorter one";
  }
  return "";
}

}  // namespace

std::string wrongListenAddress(std::string_view text) {
  if (text.starts_with(kUnix)) return wrongUnix(text.substr(kUnix.size()));
  const auto parts = splitHostPort(text);
  const std::string found = shown(text);
  if (!parts) return found + " is no address to listen on" + std::string(kListenForms);
  if (!isPort(parts->port)) {
    return found + " needs a port from 0 to 65535 at its end" + std::string(kListenForms);
  }
  const bool ip6 = parts->host.find(':') != std::string_view::npos;
  if (ip6 && !parts->bracketed)
    return found + " needs brackets around its IPv6 address" + std::string(kListenForms);
  const bool fine = parts->bracketed            ? isIp(AF_INET6, parts->host)
                    : looksLikeIp4(parts->host) ? isIp(AF_INET, parts->host)
                                                : isHostName(parts->host);
  return fine ? "" : found + " is no address to listen on" + std::string(kListenForms);
}

std::string wrongNetwork(std::string_view text) {
  if (text == "unix") return "";
  const auto slash = text.find('/');
  const std::string_view address = text.substr(0, slash);
  const bool ip4 = isIp(AF_INET, address);
  bool fine = ip4 || isIp(AF_INET6, address);
  if (fine && slash != std::string_view::npos) {
    const auto bits = parseInteger(text.substr(slash + 1));
    fine = bits && *bits >= 0 && *bits <= (ip4 ? 32 : 128);
  }
  return fine ? "" : shown(text) + " is no network; write 10.0.0.0/8, ::1 or unix";
}

std::string wrongBaseUrl(std::string_view text) {
  if (text.empty()) return "";
  const std::string advice = "; write https://packages.example.org or with a /prefix";
  std::string_view rest = text;
  if (rest.starts_with("https://")) {
    rest.remove_prefix(8);
  } else if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
  } else {
    return shown(text) + " must start with https:// or http://" + advice;
  }
  if (rest.find_first_of("?#@\\\" <>") != std::string_view::npos ||
      !all(rest, [](char c) { return c > 0x20 && c < 0x7f; })) {
    return shown(text) + " must be a plain address without user, query or fragment" + advice;
  }
  const std::string_view authority = rest.substr(0, rest.find('/'));
  const bool ip6 = authority.starts_with('[');
  const auto parts = splitHostPort(authority);
  std::string_view host = authority;
  if (parts && (ip6 || parts->host.find(':') == std::string_view::npos)) {
    if (!isPort(parts->port)) return shown(text) + " has a malformed port" + advice;
    host = parts->host;
  } else if (ip6 && authority.ends_with(']')) {
    host = authority.substr(1, authority.size() - 2);
  }
  const bool fine = ip6 ? isIp(AF_INET6, host) : isHostName(host);
  return fine ? "" : shown(text) + " has no valid host" + advice;
}

std::string wrongMount(std::string_view text) {
  const std::string advice = "; write / or a path such as /team/";
  if (!text.starts_with('/')) return shown(text) + " must start with /" + advice;
  std::string_view rest = text.substr(1);
  if (rest.ends_with('/')) rest.remove_suffix(1);
  if (rest.empty()) return text == "/" ? "" : shown(text) + " has an empty segment" + advice;
  const std::string_view first = rest.substr(0, rest.find('/'));
  for (const std::string_view own : {"admin", "api", "health", "metrics"}) {
    if (first == own) {
      return shown(text) + " is among the server's own addresses; choose another first segment";
    }
  }
  while (true) {
    const auto slash = rest.find('/');
    const std::string_view segment = rest.substr(0, slash);
    const bool fine =
        !segment.empty() && segment != "." && segment != ".." && all(segment, [](char c) {
          return isLetterOrDigit(c) || c == '-' || c == '.' || c == '_' || c == '~';
        });
    if (!fine) {
      return shown(text) + " may hold letters, digits, - . _ ~ between its slashes" + advice;
    }
    if (slash == std::string_view::npos) return "";
    rest.remove_prefix(slash + 1);
  }
}

bool isLocalAddress(std::string_view listen) {
  if (listen.starts_with(kUnix)) return true;
  const auto parts = splitHostPort(listen);
  if (!parts) return false;
  in6_addr ip6{};
  if (parts->bracketed && ::inet_pton(AF_INET6, std::string(parts->host).c_str(), &ip6) == 1) {
    return IN6_IS_ADDR_LOOPBACK(&ip6);
  }
  return parts->host == "localhost" ||
         (isIp(AF_INET, parts->host) && parts->host.starts_with("127."));
}

std::string normalMount(std::string_view mount) {
  std::string normal(mount);
  if (!normal.ends_with('/')) normal += '/';
  return normal;
}

}  // namespace larder::config
