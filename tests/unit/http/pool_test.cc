#include <cppunit/TestFixture.h>

#include "tests/unit/http/harness.h"

namespace larder::http::test {
namespace {

using std::chrono::milliseconds;

/// Gives pieces, then an end or a failure.
class PiecesSource final : public sdk::Source {
 public:
  PiecesSource(std::vector<std::string> pieces, bool fails)
      : pieces_(std::move(pieces)), fails_(fails) {}

  sdk::Result<std::size_t> read(std::span<std::byte> buffer) override {
    if (next_ == pieces_.size()) {
      if (fails_) return sdk::Error(sdk::Errc::Corrupt, "broken on purpose");
      return std::size_t{0};
    }
    std::string& piece = pieces_[next_];
    const std::size_t count = std::min(piece.size(), buffer.size());
    std::copy_n(std::as_bytes(std::span(piece)).begin(), count, buffer.begin());
    piece.erase(0, count);
    if (piece.empty()) ++next_;
    return count;
  }

 private:
  std::vector<std::string> pieces_;
  std::size_t next_ = 0;
  bool fails_;
};

StreamBody stream(std::vector<std::string> pieces, std::optional<std::uint64_t> size,
                  bool fails = false) {
  StreamBody body;
  body.size = size;
  body.etag = "\"s\"";
  body.open = [pieces, size,
               fails](sdk::ByteRange range) -> sdk::Result<std::unique_ptr<sdk::Source>> {
    std::string all;
    for (const std::string& piece : pieces) all += piece;
    if (range.offset == 0 && range.length == size) {
      return std::unique_ptr<sdk::Source>(std::make_unique<PiecesSource>(pieces, fails));
    }
    const std::vector<std::string> part{
        all.substr(range.offset, range.length.value_or(all.size()))};
    return std::unique_ptr<sdk::Source>(std::make_unique<PiecesSource>(part, fails));
  };
  return body;
}

class StreamsTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(StreamsTest);
  CPPUNIT_TEST(streamOfKnownSizeIsSent);
  CPPUNIT_TEST(streamOfUnknownSizeIsChunked);
  CPPUNIT_TEST(http10GetsItUntilTheEnd);
  CPPUNIT_TEST(rangeIsOpenedAsAsked);
  CPPUNIT_TEST(streamFromTheLoopIsOpenedOnThePool);
  CPPUNIT_TEST(failureToOpenIsAStatus);
  CPPUNIT_TEST(failureAtTheFirstByteIsAStatus);
  CPPUNIT_TEST(failureInTheMiddleIsNeverACleanEnd);
  CPPUNIT_TEST(failureAtTheVeryEndIsNeverACleanEnd);
  CPPUNIT_TEST(tooShortStreamIsNeverACleanEnd);
  CPPUNIT_TEST(tooLongStreamIsNeverACleanEnd);
  CPPUNIT_TEST(headOpensNothing);
  CPPUNIT_TEST(largeStreamWaitsForTheClient);
  CPPUNIT_TEST(nextRequestFollowsAStream);
  CPPUNIT_TEST_SUITE_END();

 public:
  void setUp() override {
    fixture_ =
        std::make_unique<Fixture>([this](ServerOptions& options, ScriptedApplication& application) {
          options.poolThreads = 1;
          application.otherwise = [this](const auto&) {
            return handleWith([this](auto) { return next_; });
          };
          application.scripts["/inline"] = [this](const auto&) { return answerNow(next_); };
        });
  }
  void tearDown() override { fixture_.reset(); }

  void streamOfKnownSizeIsSent() {
    next_.body = stream({"hello ", "world"}, 11);
    const Reply reply = fixture_->ask(get("/"));
    CPPUNIT_ASSERT_EQUAL(std::string("hello world"), reply.body);
    CPPUNIT_ASSERT_EQUAL(std::string("11"), reply.header("content-length"));
    CPPUNIT_ASSERT_EQUAL(std::string("\"s\""), reply.header("etag"));
  }
  void streamOfUnknownSizeIsChunked() {
    next_.body = stream({"hello ", "world"}, {});
    const Reply reply = fixture_->ask(get("/"));
    CPPUNIT_ASSERT_EQUAL(std::string("hello world"), reply.body);
    CPPUNIT_ASSERT_EQUAL(std::string("chunked"), reply.header("transfer-encoding"));
    next_.body = stream({}, {});
    CPPUNIT_ASSERT(fixture_->ask(get("/")).whole);
  }
  void http10GetsItUntilTheEnd() {
    next_.body = stream({"hello ", "world"}, {});
    Client client = fixture_->connect();
    client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    const Reply reply = client.read();
    CPPUNIT_ASSERT_EQUAL(std::string("hello world"), reply.body);
    CPPUNIT_ASSERT_EQUAL(std::string("close"), reply.header("connection"));
    CPPUNIT_ASSERT(reply.whole);
  }
  void rangeIsOpenedAsAsked() {
    next_.body = stream({"hello ", "world"}, 11);
    const Reply reply = fixture_->ask(get("/", "Range: bytes=6-8\r\n"));
    CPPUNIT_ASSERT_EQUAL(206, reply.status);
    CPPUNIT_ASSERT_EQUAL(std::string("wor"), reply.body);
  }
  void streamFromTheLoopIsOpenedOnThePool() {
    next_.body = stream({"hello ", "world"}, 11);
    CPPUNIT_ASSERT_EQUAL(std::string("hello world"), fixture_->ask(get("/inline")).body);
  }
  void failureToOpenIsAStatus() {
    expectOpenFailure(sdk::Errc::NotFound, 404);
    expectOpenFailure(sdk::Errc::Unavailable, 503);
    expectOpenFailure(sdk::Errc::Internal, 500);
  }
  void failureAtTheFirstByteIsAStatus() {
    next_.body = stream({}, 5, true);
    CPPUNIT_ASSERT_EQUAL(500, fixture_->ask(get("/")).status);
    CPPUNIT_ASSERT(fixture_->log.has("http.stream.unreadable"));
  }
  void failureInTheMiddleIsNeverACleanEnd() {
    next_.body = stream({"hello"}, 11, true);
    cutOff("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    next_.body = stream({"hello"}, {}, true);
    cutOff("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    // Here only the reset tells.
    cutOff("GET / HTTP/1.0\r\n\r\n");
    CPPUNIT_ASSERT(fixture_->log.has("http.stream.broken"));
  }
  void failureAtTheVeryEndIsNeverACleanEnd() {
    const std::string large(300'000, 'x');
    next_.body = stream({large, "hello"}, 300'005, true);
    cutOff("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  }
  void tooShortStreamIsNeverACleanEnd() {
    next_.body = stream({std::string(300'000, 'x')}, 300'001);
    cutOff("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  }
  void tooLongStreamIsNeverACleanEnd() {
    next_.body = stream({std::string(300'000, 'x'), "y"}, 300'000);
    cutOff("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  }
  void headOpensNothing() {
    StreamBody body = stream({"hello"}, 5);
    body.open = [](sdk::ByteRange) -> sdk::Result<std::unique_ptr<sdk::Source>> {
      throw std::runtime_error("opened");
    };
    next_.body = body;
    Client client = fixture_->connect();
    client.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
    const Reply reply = client.read(true);
    CPPUNIT_ASSERT_EQUAL(200, reply.status);
    CPPUNIT_ASSERT_EQUAL(std::string("5"), reply.header("content-length"));
  }
  void largeStreamWaitsForTheClient() {
    const std::string large(30'000'000, 'x');
    next_.body = stream({large}, large.size());
    Client lazy = fixture_->connect();
    lazy.send(get("/"));
    std::size_t got = lazy.readSome().size();
    // The only pool thread is free while that client takes its time.
    next_.body = stream({"quick"}, 5);
    CPPUNIT_ASSERT_EQUAL(std::string("quick"), fixture_->ask(get("/")).body);
    while (got < large.size()) {
      const std::string some = lazy.readSome();
      CPPUNIT_ASSERT(!some.empty());
      got += some.size();
    }
  }
  void nextRequestFollowsAStream() {
    next_.body = stream({std::string(1'000'000, 'x')}, {});
    Client client = fixture_->connect();
    client.send(get("/") + get("/") + get("/inline"));
    for (int i = 0; i < 3; ++i)
      CPPUNIT_ASSERT_EQUAL(std::size_t{1'000'000}, client.read().body.size());
  }

 private:
  void expectOpenFailure(sdk::Errc code, int status) {
    StreamBody body = stream({}, 5);
    body.open = [code](sdk::ByteRange) -> sdk::Result<std::unique_ptr<sdk::Source>> {
      return sdk::Error(code, "on purpose");
    };
    next_.body = body;
    CPPUNIT_ASSERT_EQUAL(status, fixture_->ask(get("/")).status);
  }
  void cutOff(const std::string& request) {
    Client client = fixture_->connect();
    client.send(request);
    const Reply reply = client.read();
    CPPUNIT_ASSERT_EQUAL(200, reply.status);
    CPPUNIT_ASSERT(!reply.whole);
  }

  Response next_;
  std::unique_ptr<Fixture> fixture_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(StreamsTest);

/// What the pool does under pressure, and how the server stops.
class LanesTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(LanesTest);
  CPPUNIT_TEST(fullPoolIs503WithRetryAfter);
  CPPUNIT_TEST(fastLaneIsFreeWhileThePoolIsFull);
  CPPUNIT_TEST(slowUploadHoldsNoPoolThread);
  CPPUNIT_TEST(overdueHandlerIs503AndItsResultIsDropped);
  CPPUNIT_TEST(overdueAdmissionIs503);
  CPPUNIT_TEST(stopLetsRunningRequestsFinish);
  CPPUNIT_TEST(stopEndsIdleConnectionsAtOnce);
  CPPUNIT_TEST(stopCancelsWhatDoesNotFinish);
  CPPUNIT_TEST(stoppedServerRefusesConnections);
  CPPUNIT_TEST_SUITE_END();

 public:
  void setUp() override { cancelled_ = false; }
  void tearDown() override { gate_.open(); }

  void fullPoolIs503WithRetryAfter() {
    auto fixture = gated(1, 1);
    Client running = fixture->connect();
    running.send(get("/slow"));
    gate_.awaitVisitor();
    // One of the two waits in the queue, the other is turned away.
    Client one = fixture->connect();
    Client other = fixture->connect();
    one.send(get("/slow"));
    other.send(get("/slow"));
    CPPUNIT_ASSERT_EQUAL(503, fixture->application.finished(1).at(0).status);
    CPPUNIT_ASSERT(fixture->log.has("http.pool.saturated"));
    CPPUNIT_ASSERT_EQUAL(1.0, fixture->numbers.value("larder_http_pool_rejected_total"));
    gate_.open();
    CPPUNIT_ASSERT_EQUAL(200, running.read().status);
    const Reply first = one.read();
    const Reply second = other.read();
    CPPUNIT_ASSERT_EQUAL(200 + 503, first.status + second.status);
    const Reply& refused = first.status == 503 ? first : second;
    CPPUNIT_ASSERT(!refused.header("retry-after").empty());
  }
  void fastLaneIsFreeWhileThePoolIsFull() {
    auto fixture = gated(1, 1);
    Client running = fixture->connect();
    running.send(get("/slow"));
    gate_.awaitVisitor();
    CPPUNIT_ASSERT_EQUAL(200, fixture->ask(get("/")).status);
    gate_.open();
    CPPUNIT_ASSERT_EQUAL(200, running.read().status);
  }
  void slowUploadHoldsNoPoolThread() {
    auto fixture = gated(1, 1);
    std::vector<Client> slow;
    for (int i = 0; i < 20; ++i) {
      slow.push_back(fixture->connect());
      slow.back().send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhello");
    }
    CPPUNIT_ASSERT_EQUAL(
        std::string("1:x"),
        fixture->ask("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx").body);
    for (Client& client : slow) {
      client.send("world");
      CPPUNIT_ASSERT_EQUAL(std::string("10:helloworld"), client.read().body);
    }
  }
  void overdueHandlerIs503AndItsResultIsDropped() {
    auto fixture = gated(1, 10, milliseconds(50));
    Client client = fixture->connect();
    client.send(get("/slow"));
    CPPUNIT_ASSERT_EQUAL(503, client.read().status);
    CPPUNIT_ASSERT(cancelled_);
    CPPUNIT_ASSERT(fixture->log.has("http.handler.overdue"));
    gate_.open();
    client.send(get("/"));
    CPPUNIT_ASSERT_EQUAL(std::string("hello"), client.read().body);
    client.send(get("/echo"));
    CPPUNIT_ASSERT_EQUAL(std::string("0:"), client.read().body);
  }
  void overdueAdmissionIs503() {
    auto fixture = gated(1, 10, milliseconds(50));
    Client client = fixture->connect();
    client.send("POST /admission HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n");
    CPPUNIT_ASSERT_EQUAL(503, client.read().status);
    client.send("hello" + get("/"));
    CPPUNIT_ASSERT_EQUAL(std::string("hello"), client.read().body);
    gate_.open();
  }
  void stopLetsRunningRequestsFinish() {
    auto fixture = gated(1, 10);
    Client client = fixture->connect();
    client.send(get("/slow"));
    gate_.awaitVisitor();
    std::thread stopping([&] { fixture->server->stop(std::chrono::seconds(20)); });
    gate_.open();
    const Reply reply = client.read();
    CPPUNIT_ASSERT_EQUAL(200, reply.status);
    CPPUNIT_ASSERT(client.endedByServer());
    stopping.join();
  }
  void stopEndsIdleConnectionsAtOnce() {
    auto fixture = gated(1, 10);
    Client idle = fixture->connect();
    idle.send(get("/"));
    CPPUNIT_ASSERT_EQUAL(200, idle.read().status);
    fixture->server->stop(std::chrono::hours(1));
    CPPUNIT_ASSERT(idle.endedByServer());
    CPPUNIT_ASSERT_EQUAL(0.0, fixture->numbers.value("larder_http_connections"));
  }
  void stopCancelsWhatDoesNotFinish() {
    auto fixture = gated(1, 10);
    Client client = fixture->connect();
    client.send(get("/slow"));
    gate_.awaitVisitor();
    openWhenCancelled_ = true;
    fixture->server->stop(milliseconds(10));
    CPPUNIT_ASSERT(cancelled_);
    CPPUNIT_ASSERT(!client.read().whole);
    CPPUNIT_ASSERT_EQUAL(499, fixture->application.finished(1).at(0).status);
  }
  void stoppedServerRefusesConnections() {
    auto fixture = gated(1, 10);
    const std::string address = fixture->address();
    fixture->server->stop(milliseconds(0));
    CPPUNIT_ASSERT_THROW(Client{address}, std::runtime_error);
  }

 private:
  std::unique_ptr<Fixture> gated(std::size_t threads, std::size_t queue,
                                 milliseconds handler = milliseconds(60'000)) {
    return std::make_unique<Fixture>(
        [=, this](ServerOptions& options, ScriptedApplication& application) {
          options.loops = 1;
          options.poolThreads = threads;
          options.poolQueue = queue;
          options.handler = handler;
          application.scripts["/echo"] = [](const auto&) { return echo(); };
          application.scripts["/slow"] = [this](const auto&) {
            Plan plan = handleWith([this](auto) {
              gate_.wait();
              return Response();
            });
            plan.cancel = [this] {
              cancelled_ = true;
              if (openWhenCancelled_) gate_.open();
            };
            return plan;
          };
          application.scripts["/admission"] = [this](const auto&) {
            Plan plan = echo();
            plan.admit = [this] {
              gate_.wait();
              return std::optional<Response>();
            };
            return plan;
          };
        });
  }
  Gate gate_;
  std::atomic<bool> cancelled_ = false;
  std::atomic<bool> openWhenCancelled_ = false;
};

CPPUNIT_TEST_SUITE_REGISTRATION(LanesTest);

}  // namespace
}  // namespace larder::http::test
