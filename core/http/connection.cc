#include "core/http/connection.h"

#include <sys/epoll.h>

#include <algorithm>
#include <limits>

#include "core/http/loop.h"

namespace larder::http {
namespace {

constexpr int kTurnsPerVisit = 16;
constexpr std::chrono::seconds kLongestLinger{30};
constexpr std::uint64_t kSlowestPerSecond = 1024;

}  // namespace

Connection::Connection(Engine& engine, Loop& loop, Transport transport, std::string peer)
    : engine_(engine),
      loop_(loop),
      transport_(std::move(transport)),
      peer_(std::move(peer)),
      trusted_(engine.proxies.trusts(peer_)) {}

Connection::~Connection() = default;

void Connection::onEvents(std::uint32_t events) {
  if (state_ == State::Closed) return;
  // Both directions are gone; a client that only stopped sending shows as RDHUP.
  if ((events & (EPOLLERR | EPOLLHUP)) != 0) return close();
  if ((events & EPOLLRDHUP) != 0) halfClosed_ = true;
  const bool either = transport_.secure();  // a TLS read may wait for a write
  if (either || (events & (EPOLLIN | EPOLLRDHUP)) != 0) readable_ = true;
  if (either || (events & EPOLLOUT) != 0) writable_ = true;
  drive();
}

void Connection::drive() {
  for (int turn = 0; turn < kTurnsPerVisit; ++turn) {
    if (!flush()) return;
    const bool moved = takesInput() && (takeBuffered() || takeFromSocket());
    if (state_ == State::Closed) return;
    if (!moved) return schedule();
  }
  if (!flush()) return;
  loop_.again(*this);
  schedule();
}

/// False: closed.
bool Connection::flush() {
  if (!output_.empty() && writable_) {
    const auto flushed = output_.flush(transport_);
    account();
    if (flushed == Output::Flushed::Failed) return close(), false;
    if (flushed == Output::Flushed::Blocked) writable_ = false;
    if (flushed == Output::Flushed::Yielded) loop_.again(*this);
  }
  if (state_ == State::Stream) pullMore();
  if (state_ != State::Head || !output_.empty()) return state_ != State::Closed;
  // What began before the server was to stop did not know that it was the last.
  if (last_ || (engine_.stopping && buffered_.empty())) finishOrLinger();
  return state_ != State::Closed;
}

void Connection::account() {
  loop_.countSent(output_.sent() - counted_);
  counted_ = output_.sent();
  std::size_t done = 0;
  while (done < answers_.size() && answers_[done].end <= counted_) {
    report(answers_[done++]);
  }
  answers_.erase(answers_.begin(), answers_.begin() + static_cast<std::ptrdiff_t>(done));
}

void Connection::report(const Answer& answer) noexcept {
  Done done;
  done.request = answer.request.get();
  done.peer = answer.request ? std::string_view(answer.request->peer) : std::string_view(peer_);
  done.status = output_.sent() > answer.begin ? answer.status : 499;
  done.received = answer.received;
  const std::uint64_t reached = std::min(output_.sent(), answer.end);
  done.sent = reached > answer.body ? reached - answer.body : 0;
  done.took = std::chrono::steady_clock::now() - answer.began;
  engine_.application.done(done);
}

void Connection::finishOrLinger() {
  if (ended_ || (!untidy_ && buffered_.empty())) return close();
  state_ = State::Linger;
  transport_.shutdownWrite();
  buffered_ = {};
  bufferedNew_ = false;
  readable_ = true;
  lingerUntil_ = loop_.now() + kLongestLinger;
}

void Connection::finishSoon() {
  if (state_ == State::Closed) return;
  if (state_ == State::Head && buffered_.empty() && output_.empty()) close();
}

void Connection::cutOff() {
  if (state_ == State::Closed) return;
  if (state_ == State::Linger || (state_ == State::Head && output_.empty())) return close();
  abort();
}

void Connection::abort() {
  engine_.telemetry.aborted.add();
  transport_.abort();
  close();
}

void Connection::close() {
  if (state_ == State::Closed) return;
  const bool unanswered = state_ == State::Body || state_ == State::Work;
  state_ = State::Closed;
  Exchange::abandon(std::move(exchange_));
  for (const Answer& answer : answers_) report(answer);
  if (unanswered) {
    constexpr auto kNever = std::numeric_limits<std::uint64_t>::max();
    report({current_.request, 499, current_.received, kNever, kNever, kNever, current_.began});
  }
  loop_.deadlines().clear(*this);
  loop_.retire(*this);
}

void Connection::schedule() {
  switch (state_) {
    case State::Head:
      if (!output_.empty()) return wait(kWrite);
      return wait(started_ && buffered_.empty() ? kIdle : kHead);
    case State::Body:
    case State::Drain:
      return wait(kBody);
    case State::Work:
      return wait(kHandler);
    case State::Stream:
      return wait(output_.empty() ? kHandler : kWrite);
    case State::Linger:
      return wait(kLinger);
    case State::Closed:
      return;
  }
}

void Connection::wait(WaitKind wait) {
  if (waitingFor() == wait) return;
  progressMark_ = progress(wait);
  loop_.deadlines().set(*this, wait, loop_.now());
}

/// Bytes that count as progress while waiting for this.
std::uint64_t Connection::progress(WaitKind wait) const noexcept {
  if (wait == kBody) return current_.received + drained_;
  if (wait != kWrite) return 0;
  const std::uint64_t unseen = transport_.unacknowledged();
  return output_.sent() - std::min(unseen, output_.sent());
}

bool Connection::movesFastEnough(WaitKind wait) const noexcept {
  const auto window = wait == kBody ? engine_.options.body : engine_.options.write;
  const auto least = kSlowestPerSecond * static_cast<std::uint64_t>(window.count()) / 1000;
  return progress(wait) - progressMark_ >= least;
}

void Connection::expired(WaitKind due) {
  if (state_ == State::Closed) return;
  if ((due == kBody || due == kWrite) && movesFastEnough(due)) return wait(due);
  if (due == kWrite) return abort();
  if (due == kHead && !buffered_.empty()) {
    refuse({408, "the request head did not arrive in time"});
  } else if (due == kBody && state_ == State::Body) {
    last_ = true;
    answerFailure(408, "the request body did not arrive in time");
  } else if (due == kHandler && state_ == State::Work) {
    handlerOverdue();
  } else if (due == kHandler) {
    return abort();
  } else {
    return close();
  }
  drive();
}

void Connection::handlerOverdue() {
  engine_.telemetry.overdue.add();
  engine_.logger.warning("http.handler.overdue", "a handler missed its deadline",
                         {{"request", current_.request->id}, {"target", current_.request->path}});
  answer(engine_.busy(current_.request.get(), "the server needs too long for this"));
}

}  // namespace larder::http
