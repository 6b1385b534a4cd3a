#include "core/http/listener.h"

#include <Poco/Exception.h>
#include <Poco/Net/SocketAddress.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace larder::http {
namespace {

constexpr int kBacklog = 4096;
constexpr std::string_view kUnix = "unix:";

sdk::Error unavailable(const std::string& address, const std::string& reason) {
  return {sdk::Errc::Unavailable, "listen on " + address + ": " + reason};
}

std::string lastError() { return std::generic_category().message(errno); }

sdk::FileHandle unixSocket() {
  return sdk::FileHandle(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

}  // namespace

sdk::Result<Listener> Listener::open(const std::string& address) {
  if (address.starts_with(kUnix)) return openUnix(address.substr(kUnix.size()));
  return openTcp(address);
}

Listener::~Listener() {
  struct stat now {};
  if (unix_ && ::lstat(path_.c_str(), &now) == 0 && now.st_ino == inode_) ::unlink(path_.c_str());
}

void Listener::refuse() noexcept { ::shutdown(descriptor(), SHUT_RDWR); }

int Listener::descriptor() const noexcept { return unix_ ? unix_.get() : tcp_.impl()->sockfd(); }

sdk::Result<Listener> Listener::openUnix(const std::string& path) {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  const std::string address = std::string(kUnix) + path;
  if (path.empty() || path.size() >= sizeof name.sun_path) {
    return sdk::Error(sdk::Errc::Invalid, "listen on " + address + ": wanted a path of 1 to " +
                                              std::to_string(sizeof name.sun_path - 1) + " bytes");
  }
  std::memcpy(name.sun_path, path.c_str(), path.size() + 1);
  const auto* raw = reinterpret_cast<const sockaddr*>(&name);
  Listener listener;
  listener.address_ = address;
  listener.path_ = path;
  auto socket = unixSocket();
  if (::bind(socket.get(), raw, sizeof name) != 0) {
    if (errno != EADDRINUSE) return unavailable(address, lastError());
    // A socket that refuses is left over from a process that was killed. A plain
    // file refuses as well.
    struct stat there {};
    if (::lstat(path.c_str(), &there) != 0 || !S_ISSOCK(there.st_mode) ||
        ::connect(unixSocket().get(), raw, sizeof name) == 0 || errno != ECONNREFUSED) {
      return unavailable(address, "somebody listens there, or it is no socket");
    }
    ::unlink(path.c_str());
    if (::bind(socket.get(), raw, sizeof name) != 0) return unavailable(address, lastError());
  }
  struct stat made {};
  if (::listen(socket.get(), kBacklog) != 0 || ::lstat(path.c_str(), &made) != 0) {
    return unavailable(address, lastError());
  }
  listener.inode_ = made.st_ino;
  listener.unix_ = std::move(socket);
  return listener;
}

sdk::Result<Listener> Listener::openTcp(const std::string& address) {
  Listener listener;
  try {
    const Poco::Net::SocketAddress name(address);
    // IPv6 only: "0.0.0.0:80" and "[::]:80" may both be listed.
    const bool v6 = name.family() == Poco::Net::AddressFamily::IPv6;
    if (v6) {
      listener.tcp_.bind6(name, true, false, true);
    } else {
      listener.tcp_.bind(name, true, false);
    }
    listener.tcp_.listen(kBacklog);
    // Accepted sockets inherit this one.
    listener.tcp_.setNoDelay(true);
    listener.tcp_.setBlocking(false);
    listener.address_ = listener.tcp_.address().toString();
  } catch (const Poco::InvalidArgumentException&) {
    return sdk::Error(sdk::Errc::Invalid,
                      "listen on " + address + ": wanted host:port, [address]:port or unix:/path");
  } catch (const Poco::Exception& problem) {
    return unavailable(address, problem.displayText());
  }
  ::fcntl(listener.descriptor(), F_SETFD, FD_CLOEXEC);
  return listener;
}

}  // namespace larder::http
