#pragma once

#include <Poco/Net/IPAddress.h>

#include <string>
#include <utility>
#include <vector>

#include "core/message/message.h"
#include "larder/sdk/result.h"

namespace larder::http {

/// Which peers may say for whom they ask.
class TrustedProxies {
 public:
  /// Errors: Invalid, naming the entry.
  static sdk::Result<TrustedProxies> parse(const std::vector<std::string>& networks);

  /// `peer`: an address without port, or "unix".
  bool trusts(const std::string& peer) const;

  /// Replaces peer, scheme, host and forwardedPrefix by what a trusted proxy says
  /// (RFC 7239 and the X-Forwarded-* headers). The client is the right-most address
  /// that is no trusted proxy's. X-Forwarded-* come before Forwarded: a proxy that
  /// sets the former passes the client's own Forwarded on unread.
  ///
  /// Requires: trusts(request.peer).
  void apply(Request& request) const;

 private:
  struct Hop {
    std::string client;
    std::string scheme;
    std::string host;
  };
  std::vector<Hop> hops(const Request& request) const;

  std::vector<std::pair<Poco::Net::IPAddress, unsigned>> networks_;
  bool unix_ = false;
};

}  // namespace larder::http
