#pragma once

#include <Poco/Net/ServerSocket.h>

#include <string>

#include "larder/sdk/result.h"
#include "larder/sdk/storage.h"

namespace larder::http {

/// A non-blocking listening socket: TCP or unix.
class Listener {
 public:
  /// Errors: Invalid (no such form of address), Unavailable (in use, no permission).
  static sdk::Result<Listener> open(const std::string& address);

  Listener(Listener&&) = default;
  Listener& operator=(Listener&&) = delete;
  /// Removes a unix socket's file while it is still its own.
  ~Listener();

  /// From now on whoever connects is told at once to go elsewhere. Nobody may
  /// watch the descriptor any more.
  void refuse() noexcept;

  int descriptor() const noexcept;
  bool isUnix() const noexcept { return static_cast<bool>(unix_); }
  const std::string& address() const noexcept { return address_; }

 private:
  Listener() = default;
  static sdk::Result<Listener> openUnix(const std::string& path);
  static sdk::Result<Listener> openTcp(const std::string& address);

  std::string address_;
  Poco::Net::ServerSocket tcp_;
  sdk::FileHandle unix_;
  std::string path_;
  unsigned long inode_ = 0;
};

}  // namespace larder::http
