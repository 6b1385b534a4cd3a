#include "core/message/proxies.h"

#include <algorithm>

#include "core/message/text.h"

namespace larder::http {
namespace {

using Poco::Net::IPAddress;

/// Without port, brackets and quotes; nothing when it is no address ("unknown", "_x").
std::optional<IPAddress> parseAddress(std::string_view text) {
  if (text.size() > 1 && text.front() == '"' && text.back() == '"') {
    text = text.substr(1, text.size() - 2);
  }
  if (text.starts_with('[')) {
    text = text.substr(1, text.find(']') == std::string_view::npos ? 0 : text.find(']') - 1);
  } else if (std::count(text.begin(), text.end(), ':') == 1) {
    text = text.substr(0, text.find(':'));
  }
  IPAddress address;
  if (text.empty() || !IPAddress::tryParse(std::string(text), address)) return {};
  return address;
}

std::string unquoted(std::string_view text) {
  if (text.size() > 1 && text.front() == '"' && text.back() == '"') {
    text = text.substr(1, text.size() - 2);
  }
  return std::string(text);
}

bool isPlainHost(std::string_view host) {
  return !host.empty() && host.size() <= 300 && std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') ||
           std::string_view("-._:[]").find(c) != std::string_view::npos;
  });
}

/// "/larder" without a slash at its end; empty when it is no such path.
std::string plainPrefix(std::string_view prefix) {
  while (prefix.ends_with('/')) prefix.remove_suffix(1);
  const bool plain = std::all_of(prefix.begin(), prefix.end(), [](char c) {
    return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') ||
           std::string_view("/-._~+=%").find(c) != std::string_view::npos;
  });
  if (!prefix.starts_with('/') || !plain || prefix.find("//") != std::string_view::npos ||
      prefix.find("/.") != std::string_view::npos) {
    return {};
  }
  return std::string(prefix);
}

/// The element that belongs to the hop `fromRight` hops from the right; proxies
/// that pass a value on have fewer elements than hops.
std::string_view element(const std::vector<std::string_view>& list, std::size_t fromRight) {
  if (list.empty()) return {};
  return list[list.size() - 1 - std::min(fromRight, list.size() - 1)];
}

}  // namespace

sdk::Result<TrustedProxies> TrustedProxies::parse(const std::vector<std::string>& networks) {
  TrustedProxies proxies;
  for (const std::string& network : networks) {
    if (network == "unix") {
      proxies.unix_ = true;
      continue;
    }
    const auto slash = network.find('/');
    IPAddress address;
    const bool readable = IPAddress::tryParse(network.substr(0, slash), address);
    const unsigned most = address.length() * 8;
    std::optional<std::uint64_t> bits = most;
    if (slash != std::string::npos) bits = parseDigits(network.substr(slash + 1));
    if (!readable || !bits || *bits > most) {
      return sdk::Error(sdk::Errc::Invalid, "trusted proxy " + network +
                                                " is not a network; wanted an address like "
                                                "192.0.2.7, 10.0.0.0/8 or ::1, or unix");
    }
    const auto prefix = static_cast<unsigned>(*bits);
    proxies.networks_.emplace_back(address & IPAddress(prefix, address.family()), prefix);
  }
  return proxies;
}

bool TrustedProxies::trusts(const std::string& peer) const {
  if (peer == "unix") return unix_;
  IPAddress address;
  if (networks_.empty() || !IPAddress::tryParse(peer, address)) return false;
  return std::any_of(networks_.begin(), networks_.end(), [&](const auto& network) {
    return network.first.family() == address.family() &&
           (address & IPAddress(network.second, address.family())) == network.first;
  });
}

std::vector<TrustedProxies::Hop> TrustedProxies::hops(const Request& request) const {
  std::vector<Hop> all;
  const auto clients = request.header("x-forwarded-for");
  const auto schemes = request.header("x-forwarded-proto");
  const auto hosts = request.header("x-forwarded-host");
  if (clients || schemes || hosts) {
    const auto clientList = splitList(clients ? *clients : std::string_view());
    const auto schemeList = splitList(schemes ? *schemes : std::string_view());
    const auto hostList = splitList(hosts ? *hosts : std::string_view());
    for (std::size_t i = 0; i < std::max<std::size_t>(clientList.size(), 1); ++i) {
      Hop& hop = all.emplace_back();
      if (!clientList.empty()) hop.client = clientList[clientList.size() - 1 - i];
      hop.scheme = element(schemeList, i);
      hop.host = element(hostList, i);
    }
    return all;
  }
  const std::string forwarded = request.header("forwarded").value_or("");
  const auto elements = splitList(forwarded);
  for (auto it = elements.rbegin(); it != elements.rend(); ++it) {
    Hop& hop = all.emplace_back();
    for (const auto pair : splitList(*it, ';')) {
      const auto name = pair.substr(0, pair.find('='));
      const auto value = unquoted(name.size() < pair.size() ? pair.substr(name.size() + 1) : "");
      if (sameText(name, "for")) hop.client = value;
      if (sameText(name, "proto")) hop.scheme = value;
      if (sameText(name, "host")) hop.host = value;
    }
  }
  return all;
}

void TrustedProxies::apply(Request& request) const {
  request.forwardedPrefix =
      plainPrefix(element(splitList(request.header("x-forwarded-prefix").value_or("")), 0));
  for (const Hop& hop : hops(request)) {
    if (sameText(hop.scheme, "https") || sameText(hop.scheme, "http")) {
      request.scheme = sameText(hop.scheme, "https") ? "https" : "http";
    }
    if (isPlainHost(hop.host)) request.host = hop.host;
    const auto client = parseAddress(hop.client);
    if (!client) return;
    request.peer = client->toString();
    if (!trusts(request.peer)) return;
  }
}

}  // namespace larder::http
