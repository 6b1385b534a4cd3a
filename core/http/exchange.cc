#include "core/http/exchange.h"

#include <algorithm>
#include <exception>

#include "core/http/loop.h"
#include "core/message/selection.h"

namespace larder::http {
namespace {

constexpr std::size_t kPiece = 128 * 1024;

int statusOf(sdk::Errc code) {
  switch (code) {
    case sdk::Errc::NotFound:
      return 404;
    case sdk::Errc::Unavailable:
    case sdk::Errc::Timeout:
    case sdk::Errc::Cancelled:
      return 503;
    default:
      return 500;
  }
}

std::string_view textOf(int status) {
  if (status == 404) return "not found";
  return status == 503 ? "the content cannot be read at the moment" : "internal error";
}

}  // namespace

Exchange::Exchange(Engine& shared, Loop& home, Connection& owner,
                   std::shared_ptr<const Request> asked, Plan decided)
    : engine(shared),
      loop(home),
      connection(&owner),
      request(std::move(asked)),
      plan(std::move(decided)) {
  engine.telemetry.inFlight.add(1);
}

Exchange::~Exchange() { engine.telemetry.inFlight.add(-1); }

template <class Work>
std::function<void()> Exchange::job(const std::shared_ptr<Exchange>& self, Then then, Work work) {
  return [self, then, work] {
    if (self->abandoned_.load(std::memory_order_relaxed)) return;
    try {
      ((*self).*work)();
    } catch (const std::exception& problem) {
      self->threw(problem.what());
    } catch (...) {
      self->threw("not a std::exception");
    }
    self->loop.post([self, then] {
      self->working_ = false;
      if (self->connection != nullptr) return (self->connection->*then)();
      release(self);
    });
  };
}

template <class Work>
bool Exchange::start(const std::shared_ptr<Exchange>& self, Then then, Work work) {
  self->working_ = self->engine.pool.tryPost(job(self, then, work));
  return self->working_;
}

void Exchange::threw(const char* what) {
  engine.reportThrown(request.get(), what);
  failure = sdk::Error(sdk::Errc::Internal, what);
  refused = true;
  response = engine.failure(request.get(), 500, "internal error");
}

bool Exchange::admit(const std::shared_ptr<Exchange>& self, Then then) {
  return start(self, then, &Exchange::runAdmit);
}

bool Exchange::handle(const std::shared_ptr<Exchange>& self, Then then) {
  return start(self, then, &Exchange::runHandle);
}

bool Exchange::openStream(const std::shared_ptr<Exchange>& self, Then then) {
  return start(self, then, &Exchange::runOpen);
}

void Exchange::pull(const std::shared_ptr<Exchange>& self, Then then) {
  self->working_ = true;
  self->engine.pool.post(job(self, then, &Exchange::runPull));
}

void Exchange::abandon(std::shared_ptr<Exchange> self) noexcept {
  if (!self) return;
  self->connection = nullptr;
  self->abandoned_.store(true, std::memory_order_relaxed);
  try {
    if (self->plan.cancel) self->plan.cancel();
  } catch (...) {
    self->engine.reportThrown(self->request.get(), "while being cancelled");
  }
  // A job that has it lets go of it where that belongs.
  if (!self->working_) release(std::move(self));
}

void Exchange::release(std::shared_ptr<Exchange> self) {
  if (!self || (!self->source_ && !self->spool)) return;
  Engine& engine = self->engine;
  engine.pool.post([kept = std::move(self)] {});
}

/// Whether admission ends the request.
bool Exchange::refuses() {
  if (!plan.admit) return false;
  auto refusal = plan.admit();
  if (!refusal) return false;
  refused = true;
  response = std::move(*refusal);
  return true;
}

void Exchange::runAdmit() {
  if (refuses()) runOpen();
}

void Exchange::runHandle() {
  // Without a body there was nothing to wait for between the two.
  if (request->hasBody || !refuses()) {
    std::shared_ptr<Body> body = spool ? spool->finish() : Spool("").finish();
    spool.reset();
    response = plan.handle(std::move(body));
  }
  runOpen();
}

void Exchange::runOpen() {
  auto* stream = std::get_if<StreamBody>(&response.body);
  if (stream == nullptr) return;
  const Selection chosen = select(request.get(), response);
  if (!chosen.withBody) return;
  auto opened = stream->open({chosen.offset, chosen.length});
  left_ = chosen.length;
  if (opened) {
    source_ = std::move(opened).value();
    readPiece();
  } else {
    failure = std::move(opened).error();
  }
  if (!failure) return;
  engine.logger.warning(
      "http.stream.unreadable", "the content of an answer could not be read",
      {{"request", request->id}, {"target", request->path}, {"cause", failure->message()}});
  const int status = statusOf(failure->code());
  response = engine.failure(request.get(), status, textOf(status));
}

void Exchange::runPull() {
  readPiece();
  if (!failure) return;
  engine.logger.warning(
      "http.stream.broken", "an answer was cut off: its content failed",
      {{"request", request->id}, {"target", request->path}, {"cause", failure->message()}});
}

void Exchange::readPiece() {
  piece.resize(left_ ? static_cast<std::size_t>(std::min<std::uint64_t>(*left_, kPiece)) : kPiece);
  auto got = source_->read(std::as_writable_bytes(std::span(piece)));
  if (!got) {
    failure = std::move(got).error();
    return;
  }
  piece.resize(*got);
  ended = *got == 0;
  if (left_) {
    *left_ -= *got;
    if (*left_ == 0) return readEnd();
    if (ended) failure = sdk::Error(sdk::Errc::Corrupt, "the content is shorter than announced");
  }
}

/// The last piece is only sent when nothing speaks against the whole: a source may
/// find a wrong digest at its very end.
void Exchange::readEnd() {
  std::byte beyond{};
  auto end = source_->read({&beyond, 1});
  if (!end) {
    failure = std::move(end).error();
  } else if (*end != 0) {
    failure = sdk::Error(sdk::Errc::Corrupt, "the content is longer than announced");
  }
  ended = true;
}

}  // namespace larder::http
