#include "core/web/cross_site.h"

namespace larder::web {
namespace {

// "https://packages.example.org/x" -> "packages.example.org"
std::string_view authority(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  url.remove_prefix(scheme + 3);
  return url.substr(0, url.find('/'));
}

}  // namespace

std::string crossSite(const sdk::Request& request) {
  if (const auto site = request.header("sec-fetch-site")) {
    const bool own = *site == "same-origin" || *site == "none";
    return own ? std::string() : "A page of another site may not do this";
  }
  const auto origin = request.header("origin");
  if (!origin) return {};
  // A proxy that ends TLS may change the scheme; host and port are what an attacker lacks.
  const std::string_view from = authority(*origin);
  const bool own = !from.empty() && (from == authority(request.externalBase()) ||
                                     from == request.header("host").value_or(""));
  return own ? std::string() : "A page of another origin may not do this";
}

bool isSafe(std::string_view method) noexcept {
  return method == "GET" || method == "HEAD" || method == "OPTIONS";
}

}  // namespace larder::web
