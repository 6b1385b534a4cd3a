// How a Connection reads requests and has them answered; the rest is in connection.cc.
#include <cstdio>
#include <limits>

#include "core/http/connection.h"
#include "core/http/loop.h"

namespace larder::http {
namespace {

constexpr std::uint64_t kBacklog = 64 * 1024;     // of answers, before more requests are read
constexpr std::uint64_t kDrained = 64 * 1024;     // of an unwanted body
constexpr std::uint64_t kReadAhead = 256 * 1024;  // of a stream
constexpr auto kNotYet = std::numeric_limits<std::uint64_t>::max();

}  // namespace

bool Connection::takesInput() const noexcept {
  if (state_ == State::Head) return !last_ && output_.waiting() < kBacklog;
  return state_ == State::Body || state_ == State::Drain || state_ == State::Linger;
}

bool Connection::takeBuffered() {
  if (!bufferedNew_) return false;
  const std::size_t used = consume(buffered_);
  buffered_.erase(0, used);
  if (buffered_.empty()) buffered_ = {};  // an idle connection holds no buffer
  bufferedNew_ = !buffered_.empty() && !takesInput();
  return true;
}

bool Connection::takeFromSocket() {
  if (!readable_ || ended_) return false;
  const auto moved = transport_.read(loop_.scratch());
  if (moved.drained && !halfClosed_) readable_ = false;
  if (moved.state == Transport::Moved::State::Blocked) return readable_ = false;
  if (moved.state == Transport::Moved::State::Failed) return close(), false;
  if (moved.state == Transport::Moved::State::Ended) return onEnd(), true;
  loop_.countReceived(moved.bytes);
  const std::string_view bytes(loop_.scratch().data(), moved.bytes);
  if (!buffered_.empty()) {
    buffered_.append(bytes);
    bufferedNew_ = true;
    return takeBuffered();
  }
  const std::size_t used = consume(bytes);
  buffered_.assign(bytes.substr(used));
  bufferedNew_ = !buffered_.empty() && !takesInput();
  return true;
}

void Connection::onEnd() {
  ended_ = true;
  if (state_ == State::Linger) return close();
  last_ = true;
  if (state_ == State::Drain) state_ = State::Head;
  if (state_ == State::Body) answerFailure(400, "the request body ended early");
}

std::size_t Connection::consume(std::string_view input) {
  std::size_t used = 0;
  while (used < input.size() && takesInput()) {
    const auto rest = input.substr(used);
    const std::size_t step = state_ == State::Head ? consumeHead(rest) : consumeBody(rest);
    if (step == 0) break;
    used += step;
  }
  return used;
}

std::size_t Connection::consumeHead(std::string_view input) {
  auto found = scanner_.scan(input, engine_.options.limits);
  if (found.refusal) {
    refuse(*found.refusal);
    return input.size();
  }
  if (found.length == 0) return 0;
  scanner_ = {};
  const std::size_t end = found.skip + found.length;
  begin(input.substr(found.skip, found.length), input.size() > end);
  return end;
}

std::size_t Connection::consumeBody(std::string_view input) {
  if (state_ == State::Linger) {
    if (loop_.now() > lingerUntil_) close();
    loop_.deadlines().clear(*this);
    return input.size();
  }
  std::size_t used = 0;
  const State reading = state_;
  while (used < input.size() && state_ == reading) {
    const auto piece = decoder_.next(input.substr(used));
    used += piece.used;
    takeBody(piece);
  }
  return used;
}

void Connection::takeBody(const BodyDecoder::Piece& piece) {
  if (state_ == State::Drain) {
    drained_ += piece.data.size();
    if (piece.state == BodyDecoder::State::More && drained_ <= kDrained) return;
    last_ = untidy_ = last_ || piece.state != BodyDecoder::State::Done;
    state_ = State::Head;
    return;
  }
  current_.received += piece.data.size();
  if (piece.state == BodyDecoder::State::Bad) {
    engine_.telemetry.refused.add();
    last_ = true;
    return answerFailure(400, "the chunked request body is malformed");
  }
  if (current_.received > exchange_->plan.bodyLimit) {
    last_ = true;
    return answerFailure(413, "the request body is too large");
  }
  if (auto stored = exchange_->spool->append(piece.data); !stored) {
    engine_.logger.error("http.spool.failed", "a request body could not be spooled",
                         {{"cause", stored.error().message()}});
    last_ = true;
    return answer(engine_.busy(current_.request.get(), "the request body cannot be stored"));
  }
  if (piece.state != BodyDecoder::State::Done) return;
  current_.unread = false;
  state_ = State::Work;
  if (!Exchange::handle(exchange_, &Connection::answered)) saturated();
}

void Connection::begin(std::string_view head, bool moreFollows) {
  loop_.deadlines().clear(*this);
  started_ = true;
  current_ = {};
  current_.began = std::chrono::steady_clock::now();
  current_.request = std::make_shared<Request>();
  Request& request = *current_.request;
  if (const auto refusal = parseHead(head, request, current_.framing)) return refuse(*refusal);
  engine_.nextId(request.id);
  request.peer = peer_;
  request.scheme = transport_.secure() ? "https" : "http";
  if (trusted_) engine_.proxies.apply(request);
  current_.unread = request.hasBody;
  current_.bodyBegun = moreFollows;
  decoder_ = current_.framing.chunked ? BodyDecoder::chunked()
                                      : BodyDecoder::fixed(request.contentLength.value_or(0));
  dispatch();
}

void Connection::dispatch() {
  if (current_.request->method == "TRACE") return answerFailure(405, "TRACE is not supported");
  if (current_.request->target == "*") {
    Response options;
    options.status = 204;
    return answer(std::move(options));
  }
  Plan plan = engine_.plan(current_.request);
  if (plan.answer && !std::holds_alternative<StreamBody>(plan.answer->body)) {
    return answer(std::move(*plan.answer));
  }
  if (!plan.answer && !plan.handle) return answerFailure(500, "internal error");
  startExchange(std::move(plan));
}

void Connection::startExchange(Plan plan) {
  exchange_ = std::make_shared<Exchange>(engine_, loop_, *this, current_.request, std::move(plan));
  state_ = State::Work;
  bool accepted = false;
  if (exchange_->plan.answer) {
    exchange_->response = std::move(*exchange_->plan.answer);
    accepted = Exchange::openStream(exchange_, &Connection::answered);
  } else if (!current_.unread) {
    accepted = Exchange::handle(exchange_, &Connection::answered);
  } else if (exchange_->plan.admit) {
    accepted = Exchange::admit(exchange_, &Connection::admitted);
  } else {
    return startBody();
  }
  if (!accepted) saturated();
}

void Connection::saturated() {
  engine_.reportSaturated();
  answer(engine_.busy(current_.request.get(), "the server is busy"));
}

void Connection::admitted() {
  if (exchange_->refused) return answered();
  startBody();
  drive();
}

void Connection::startBody() {
  if (current_.request->contentLength.value_or(0) > exchange_->plan.bodyLimit) {
    return answerFailure(413, "the request body is too large");
  }
  state_ = State::Body;
  exchange_->spool = std::make_unique<Spool>(engine_.options.spool);
  if (current_.framing.expectsContinue && !current_.bodyBegun) {
    output_.text().append("HTTP/1.1 100 Continue\r\n\r\n");
  }
  current_.framing.expectsContinue = false;
}

void Connection::answered() {
  exchange_->answered = true;
  answer(std::move(exchange_->response));
  drive();
}

void Connection::answerFailure(int status, std::string_view message) {
  answer(engine_.failure(current_.request.get(), status, message));
}

void Connection::refuse(const Refusal& refusal) {
  engine_.telemetry.refused.add();
  current_ = {};
  current_.began = std::chrono::steady_clock::now();
  last_ = untidy_ = true;
  answerFailure(refusal.status, refusal.message);
}

/// Nothing of an unread body may be taken for the next request: it is read to its
/// end when that is near, else the connection ends with this answer.
void Connection::prepareUnreadBody(const Response& response) {
  const auto length = current_.request->contentLength;
  // After "Expect: 100-continue" nobody can tell whether the body will still come.
  if (current_.framing.expectsContinue || (length && *length - current_.received > kDrained) ||
      std::holds_alternative<StreamBody>(response.body)) {
    last_ = true;
  }
  if (last_) untidy_ = true;
}

void Connection::answer(Response&& response) {
  if (response.close || !current_.framing.keepAlive || engine_.stopping) last_ = true;
  if (current_.unread) prepareUnreadBody(response);
  Answer sending;
  sending.request = current_.request;
  sending.received = current_.received;
  sending.began = current_.began;
  sending.begin = output_.queued();
  const Written written = writeResponse(output_, current_.request.get(), std::move(response),
                                        current_.framing.http11, last_);
  if (written.framing == BodyFraming::UntilClose) last_ = true;
  sending.status = written.status;
  sending.end = output_.queued();
  sending.body = sending.end - written.body;
  current_.request = nullptr;
  answers_.push_back(std::move(sending));
  if (!written.streams) return afterAnswer();
  answers_.back().end = kNotYet;
  streamFraming_ = written.framing;
  state_ = State::Stream;
  sendPiece();
}

void Connection::afterAnswer() {
  if (exchange_ && exchange_->answered) {
    Exchange::release(std::move(exchange_));
  } else {
    Exchange::abandon(std::move(exchange_));
  }
  drained_ = 0;
  state_ = current_.unread && !last_ ? State::Drain : State::Head;
}

void Connection::sendPiece() {
  std::string& piece = exchange_->piece;
  if (streamFraming_ == BodyFraming::Chunked && !piece.empty()) {
    char size[20];
    const int digits = std::snprintf(size, sizeof size, "%zx\r\n", piece.size());
    output_.text().append(size, static_cast<std::size_t>(digits));
    piece.append("\r\n");
  }
  output_.text(std::move(piece));
  piece.clear();
  if (!exchange_->ended) return;
  if (streamFraming_ == BodyFraming::Chunked) output_.text().append("0\r\n\r\n");
  answers_.back().end = output_.queued();
  afterAnswer();
}

void Connection::pullMore() {
  if (pulling_ || output_.waiting() > kReadAhead) return;
  pulling_ = true;
  loop_.deadlines().clear(*this);  // each piece has the handler's time
  Exchange::pull(exchange_, &Connection::pulled);
}

void Connection::pulled() {
  pulling_ = false;
  if (exchange_->failure) return abort();
  sendPiece();
  drive();
}

}  // namespace larder::http
