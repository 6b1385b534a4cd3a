#include "core/http/acceptor.h"

#include <Poco/Net/SocketAddress.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>
#include <system_error>

namespace larder::http {
namespace {

constexpr int kPerRound = 32;

std::string peerName(const sockaddr_storage& address, socklen_t length) {
  if (address.ss_family == AF_UNIX) return "unix";
  const auto* raw = reinterpret_cast<const sockaddr*>(&address);
  std::string name = Poco::Net::SocketAddress(raw, length).host().toString();
  // An IPv4 client of an IPv6 socket is the same client as elsewhere.
  constexpr std::string_view kMapped = "::ffff:";
  if (name.starts_with(kMapped)) name.erase(0, kMapped.size());
  return name;
}

}  // namespace

Acceptor::Acceptor(Engine& engine, Loop& loop, const std::vector<std::unique_ptr<Loop>>& all,
                   const Listener& listener, bool secure)
    : engine_(engine), loop_(loop), all_(all), listener_(listener), secure_(secure) {}

void Acceptor::begin(const Loop& here) {
  if (&here != &loop_) return;
  loop_.watch(listener_.descriptor(), EPOLLIN | EPOLLEXCLUSIVE, *this);
}

void Acceptor::end(const Loop& here) {
  if (&here != &loop_) return;
  loop_.unwatch(listener_.descriptor());
  loop_.deadlines().clear(*this);
}

void Acceptor::onEvents(std::uint32_t) {
  for (int i = 0; i < kPerRound && !full() && acceptOne(); ++i) {
  }
}

void Acceptor::expired(WaitKind) { begin(loop_); }

bool Acceptor::acceptOne() {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  sdk::FileHandle socket(::accept4(listener_.descriptor(), reinterpret_cast<sockaddr*>(&address),
                                   &length, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!socket) {
    refused(errno);
    return false;
  }
  engine_.telemetry.accepted.add();
  engine_.telemetry.connections.add(1);
  ++*engine_.open.lock();
  place({std::move(socket), peerName(address, length), secure_});
  return true;
}

/// Without descriptors the listener stays readable: idle connections give theirs
/// up, and accepting pauses instead of spinning.
void Acceptor::refused(int problem) {
  if (problem == EAGAIN || problem == EWOULDBLOCK || problem == ECONNABORTED || problem == EINTR) {
    return;
  }
  engine_.telemetry.acceptFailures.add();
  engine_.logger.warning(
      "http.accept.failed", "a connection could not be accepted",
      {{"address", listener_.address()}, {"cause", std::generic_category().message(problem)}});
  if (!loop_.shedIdle()) pause();
}

bool Acceptor::full() {
  if (*engine_.open.lock() < engine_.options.maxConnections) return false;
  if (!loop_.shedIdle()) pause();
  return true;
}

void Acceptor::pause() {
  loop_.unwatch(listener_.descriptor());
  loop_.deadlines().set(*this, kAccept, loop_.now());
}

void Acceptor::place(Accepted accepted) {
  Loop* calmest = &loop_;
  for (const auto& loop : all_) {
    if (loop->load() < calmest->load()) calmest = loop.get();
  }
  if (calmest == &loop_) return loop_.adopt(std::move(accepted));
  auto moved = std::make_shared<Accepted>(std::move(accepted));
  calmest->post([calmest, moved] { calmest->adopt(std::move(*moved)); });
}

}  // namespace larder::http
