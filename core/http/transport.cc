#include "core/http/transport.h"

#include <linux/sockios.h>
#include <openssl/err.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace larder::http {
namespace {

constexpr std::uint64_t kFilePerTurn = 2 * 1024 * 1024;
constexpr std::size_t kSecureFilePiece = 64 * 1024;

using State = Transport::Moved::State;

Transport::Moved systemResult(ssize_t result, std::size_t wanted) noexcept {
  if (result >= 0) {
    const auto bytes = static_cast<std::size_t>(result);
    return {bytes, State::Open, bytes < wanted};
  }
  const bool later = errno == EAGAIN || errno == EWOULDBLOCK;
  return {0, later ? State::Blocked : State::Failed, later};
}

template <class Call>
ssize_t uninterrupted(Call call) noexcept {
  ssize_t result = 0;
  do {
    result = call();
  } while (result < 0 && errno == EINTR);
  return result;
}

}  // namespace

Transport::Transport(sdk::FileHandle socket, SslPointer ssl)
    : socket_(std::move(socket)), ssl_(std::move(ssl)) {}

Transport::~Transport() {
  if (ssl_ && !broken_ && socket_) SSL_shutdown(ssl_.get());
}

Transport::Moved Transport::secureResult(int result, std::size_t bytes) noexcept {
  if (result > 0) return {bytes, State::Open, false};
  const int reason = SSL_get_error(ssl_.get(), result);
  if (reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE) {
    return {0, State::Blocked, true};
  }
  if (reason == SSL_ERROR_ZERO_RETURN) return {0, State::Ended, true};
  broken_ = true;
  return {0, State::Failed, true};
}

Transport::Moved Transport::read(std::span<char> into) {
  if (ssl_) {
    ERR_clear_error();
    std::size_t bytes = 0;
    const int result = SSL_read_ex(ssl_.get(), into.data(), into.size(), &bytes);
    return secureResult(result, bytes);
  }
  const auto result =
      uninterrupted([&] { return ::recv(socket_.get(), into.data(), into.size(), 0); });
  if (result == 0) return {0, State::Ended, true};
  return systemResult(result, into.size());
}

Transport::Moved Transport::write(std::span<const iovec> pieces, bool more) {
  if (ssl_) {
    ERR_clear_error();
    std::size_t bytes = 0;
    const int result = SSL_write_ex(ssl_.get(), pieces[0].iov_base, pieces[0].iov_len, &bytes);
    return secureResult(result, bytes);
  }
  std::size_t wanted = 0;
  for (const iovec& piece : pieces) wanted += piece.iov_len;
  const int flags = MSG_NOSIGNAL | (more ? MSG_MORE : 0);
  if (pieces.size() == 1) {
    return systemResult(
        uninterrupted([&] { return ::send(socket_.get(), pieces[0].iov_base, wanted, flags); }),
        wanted);
  }
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(pieces.data());
  message.msg_iovlen = pieces.size();
  return systemResult(uninterrupted([&] { return ::sendmsg(socket_.get(), &message, flags); }),
                      wanted);
}

Transport::Moved Transport::sendFile(int file, std::uint64_t offset, std::uint64_t length) {
  auto position = static_cast<off_t>(offset);
  if (!ssl_) {
    const auto wanted = static_cast<std::size_t>(std::min(length, kFilePerTurn));
    const auto moved = systemResult(
        uninterrupted([&] { return ::sendfile(socket_.get(), file, &position, wanted); }), wanted);
    // The file has become shorter than the length that was promised.
    if (moved.state == State::Open && moved.bytes == 0) return {0, State::Failed, true};
    return moved;
  }
  // A write that OpenSSL could not finish is repeated with the same bytes: read again.
  static thread_local std::array<char, kSecureFilePiece> buffer;
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(length, buffer.size()));
  const auto got = uninterrupted([&] { return ::pread(file, buffer.data(), wanted, position); });
  if (got <= 0) return {0, State::Failed, true};
  const iovec piece{buffer.data(), static_cast<std::size_t>(got)};
  return write({&piece, 1}, false);
}

std::uint64_t Transport::unacknowledged() const noexcept {
  int bytes = 0;
  if (::ioctl(socket_.get(), SIOCOUTQ, &bytes) != 0 || bytes < 0) return 0;
  return static_cast<std::uint64_t>(bytes);
}

void Transport::shutdownWrite() noexcept {
  if (ssl_ && !broken_) SSL_shutdown(ssl_.get());
  broken_ = true;
  ::shutdown(socket_.get(), SHUT_WR);
}

void Transport::abort() noexcept {
  broken_ = true;
  const linger now{1, 0};
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

}  // namespace larder::http
