#include <cppunit/TestFixture.h>
#include <dirent.h>
#include <sys/ioctl.h>

#include "tests/unit/http/harness.h"

namespace larder::http::test {
namespace {

std::string post(std::string_view path, std::size_t length, std::string_view headers = "") {
  return "POST " + std::string(path) + " HTTP/1.1\r\nHost: x\r\n" + std::string(headers) +
         "Content-Length: " + std::to_string(length) + "\r\n\r\n";
}

const std::string kChunked = "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";

class BodiesTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(BodiesTest);
  CPPUNIT_TEST(bodyArrivesWhole);
  CPPUNIT_TEST(chunkedBodyArrivesWhole);
  CPPUNIT_TEST(chunkedBodyMayArriveByteByByte);
  CPPUNIT_TEST(trailersAndExtensionsAreIgnored);
  CPPUNIT_TEST(largeBodyGoesThroughANamelessFile);
  CPPUNIT_TEST(truncatedBodyIsNeverDelivered);
  CPPUNIT_TEST(truncatedChunkedBodyIsNeverDelivered);
  CPPUNIT_TEST(tooLargeByLengthIsRefusedUnread);
  CPPUNIT_TEST(tooLargeChunkedIsRefused);
  CPPUNIT_TEST(smallUnreadBodyIsDrained);
  CPPUNIT_TEST(unreadBodyIsNotANewRequest);
  CPPUNIT_TEST(largeUnreadBodyEndsTheConnectionAfterTheAnswer);
  CPPUNIT_TEST(unreadChunkedBodyBeyondTheLimitEndsTheConnection);
  CPPUNIT_TEST(continueIsSentAfterAdmission);
  CPPUNIT_TEST(continueIsNotSentWhenTheStatusIsKnown);
  CPPUNIT_TEST(continueIsNotSentWhenAdmissionRefuses);
  CPPUNIT_TEST(continueIsNotSentWhenTooLarge);
  CPPUNIT_TEST(continueIsNotSentWhenTheBodyIsThere);
  CPPUNIT_TEST(admissionRunsBeforeTheBodyIsRead);
  CPPUNIT_TEST(clientThatSendsAllFirstReadsTheRefusal);
  CPPUNIT_TEST(fullDiskIsAFailureOfOurs);
  CPPUNIT_TEST(emptyBodyReachesTheHandler);
  CPPUNIT_TEST_SUITE_END();

 public:
  void setUp() override {
    fixture_ = std::make_unique<Fixture>([this](ServerOptions&, ScriptedApplication& application) {
      application.scripts["/echo"] = [](const auto&) { return echo(); };
      application.scripts["/big"] = [](const auto&) { return echo(std::uint64_t{1} << 30); };
      application.scripts["/denied"] = [](const auto&) { return answerText("no", 401); };
      application.scripts["/refusing"] = [](const auto&) {
        Plan plan = echo();
        plan.admit = [] {
          Response response;
          response.status = 403;
          response.body = "not you";
          return std::optional(response);
        };
        return plan;
      };
      application.scripts["/admitting"] = [this](const auto&) {
        Plan plan = echo();
        plan.admit = [this] {
          admission_.wait();
          return std::optional<Response>();
        };
        return plan;
      };
    });
  }
  void tearDown() override {
    admission_.open();
    fixture_.reset();
  }

  void bodyArrivesWhole() {
    CPPUNIT_ASSERT_EQUAL(std::string("5:hello"), fixture_->ask(post("/echo", 5) + "hello").body);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{5}, fixture_->application.finished(1).at(0).received);
  }
  void chunkedBodyArrivesWhole() {
    const Reply reply = fixture_->ask(kChunked + "3\r\nhel\r\n002\r\nlo\r\n0\r\n\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("5:hello"), reply.body);
  }
  void chunkedBodyMayArriveByteByByte() {
    Client client = fixture_->connect();
    for (const char c : kChunked + "A;x=y\r\n0123456789\r\n0\r\nA: b\r\n\r\n" + get("/")) {
      client.send({&c, 1});
    }
    CPPUNIT_ASSERT_EQUAL(std::string("10:0123456789"), client.read().body);
    CPPUNIT_ASSERT_EQUAL(std::string("hello"), client.read().body);
  }
  void trailersAndExtensionsAreIgnored() {
    Client client = fixture_->connect();
    client.send(kChunked + "1;a=\"b\"\r\nx\r\n0;c\r\nContent-Length: 7\r\nX: y\r\n\r\n" + get("/"));
    CPPUNIT_ASSERT_EQUAL(std::string("1:x"), client.read().body);
    CPPUNIT_ASSERT_EQUAL(std::string("hello"), client.read().body);
  }
  void largeBodyGoesThroughANamelessFile() {
    const std::string body(3'000'000, 'b');
    CPPUNIT_ASSERT_EQUAL("3000000:" + std::string(100, 'b'),
                         fixture_->ask(post("/big", body.size()) + body).body);
    CPPUNIT_ASSERT_EQUAL(0, filesInSpool());
  }
  void truncatedBodyIsNeverDelivered() {
    Client client = fixture_->connect();
    client.send(post("/echo", 10) + "hello").halfClose();
    CPPUNIT_ASSERT_EQUAL(400, client.read().status);
    CPPUNIT_ASSERT(client.endedByServer());
  }
  void truncatedChunkedBodyIsNeverDelivered() {
    for (const char* part :
         {"", "5", "5\r\n", "5\r\nhel", "5\r\nhello", "5\r\nhello\r\n", "5\r\nhello\r\n0",
          "5\r\nhello\r\n0\r\n", "5\r\nhello\r\n0\r\nA: b\r\n"}) {
      Client client = fixture_->connect();
      client.send(kChunked + part).halfClose();
      CPPUNIT_ASSERT_EQUAL_MESSAGE(part, 400, client.read().status);
    }
  }
  void tooLargeByLengthIsRefusedUnread() {
    CPPUNIT_ASSERT_EQUAL(413, fixture_->ask(post("/echo", (1 << 20) + 1)).status);
    CPPUNIT_ASSERT_EQUAL(200,
                         fixture_->ask(post("/echo", 1 << 20) + std::string(1 << 20, 'x')).status);
  }
  void tooLargeChunkedIsRefused() {
    const std::string chunk = "10000\r\n" + std::string(0x10000, 'x') + "\r\n";
    Client client = fixture_->connect();
    client.send(kChunked);
    for (int i = 0; i < 17; ++i) client.send(chunk);
    CPPUNIT_ASSERT_EQUAL(413, client.read().status);
    CPPUNIT_ASSERT(client.endedByServer());
  }
  void smallUnreadBodyIsDrained() {
    Client client = fixture_->connect();
    client.send(post("/denied", 60'000));
    CPPUNIT_ASSERT_EQUAL(401, client.read().status);
    client.send(std::string(60'000, 'x') + get("/"));
    CPPUNIT_ASSERT_EQUAL(200, client.read().status);
    client.send("POST /denied HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    CPPUNIT_ASSERT_EQUAL(401, client.read().status);
    client.send("5\r\nhello\r\n0\r\n\r\n" + get("/"));
    CPPUNIT_ASSERT_EQUAL(200, client.read().status);
  }
  void unreadBodyIsNotANewRequest() {
    Client client = fixture_->connect();
    const std::string inner = get("/smuggled");
    client.send(post("/denied", inner.size()) + inner + get("/after"));
    CPPUNIT_ASSERT_EQUAL(401, client.read().status);
    CPPUNIT_ASSERT_EQUAL(200, client.read().status);
    const auto asked = fixture_->application.asked();
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, asked.size());
    CPPUNIT_ASSERT_EQUAL(std::string("GET /after"), asked.back());
  }
  void largeUnreadBodyEndsTheConnectionAfterTheAnswer() {
    Client client = fixture_->connect();
    client.send(post("/denied", 10'000'000));
    const Reply reply = client.read();
    CPPUNIT_ASSERT_EQUAL(401, reply.status);
    CPPUNIT_ASSERT_EQUAL(std::string("close"), reply.header("connection"));
    client.send(std::string(100'000, 'x'));
    CPPUNIT_ASSERT(client.endedByServer());
  }
  void unreadChunkedBodyBeyondTheLimitEndsTheConnection() {
    Client client = fixture_->connect();
    client.send("POST /denied HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    CPPUNIT_ASSERT_EQUAL(401, client.read().status);
    client.send("20000\r\n" + std::string(0x20000, 'x') + "\r\n0\r\n\r\n" + get("/smuggled"));
    CPPUNIT_ASSERT(client.endedByServer());
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, fixture_->application.asked().size());
  }
  void continueIsSentAfterAdmission() {
    Client client = fixture_->connect();
    client.send(post("/admitting", 5, "Expect: 100-continue\r\n"));
    admission_.awaitVisitor();
    int waiting = 0;
    CPPUNIT_ASSERT(::ioctl(client.fd(), FIONREAD, &waiting) == 0 && waiting == 0);
    admission_.open();
    CPPUNIT_ASSERT_EQUAL(100, client.read().status);
    client.send("hello");
    CPPUNIT_ASSERT_EQUAL(std::string("5:hello"), client.read().body);
  }
  void continueIsNotSentWhenTheStatusIsKnown() { expectFinal("/denied", 401, 5); }
  void continueIsNotSentWhenAdmissionRefuses() { expectFinal("/refusing", 403, 5); }
  void continueIsNotSentWhenTooLarge() { expectFinal("/echo", 413, 2 << 20); }
  void continueIsNotSentWhenTheBodyIsThere() {
    const Reply reply = fixture_->ask(post("/echo", 5, "Expect: 100-continue\r\n") + "hello");
    CPPUNIT_ASSERT_EQUAL(200, reply.status);
  }
  void admissionRunsBeforeTheBodyIsRead() {
    CPPUNIT_ASSERT_EQUAL(403, fixture_->ask(post("/refusing", 5)).status);
    Client client = fixture_->connect();
    client.send(post("/refusing", 5) + "hello" + get("/"));
    CPPUNIT_ASSERT_EQUAL(std::string("not you"), client.read().body);
    CPPUNIT_ASSERT_EQUAL(std::string("hello"), client.read().body);
  }
  void clientThatSendsAllFirstReadsTheRefusal() {
    Client client = fixture_->connect();
    const std::string body(8'000'000, 'x');
    client.send(post("/denied", body.size()) + body);
    CPPUNIT_ASSERT_EQUAL(401, client.read().status);
    CPPUNIT_ASSERT(client.endedByServer());
  }
  void fullDiskIsAFailureOfOurs() {
    fixture_.reset();
    Fixture broken([](ServerOptions& options, ScriptedApplication& application) {
      options.spool = "/nonexistent";
      application.otherwise = [](const auto&) { return echo(); };
    });
    const Reply reply = broken.ask(post("/", 100'000) + std::string(100'000, 'x'));
    CPPUNIT_ASSERT_EQUAL(503, reply.status);
    CPPUNIT_ASSERT(broken.log.has("http.spool.failed"));
    CPPUNIT_ASSERT_EQUAL(200, broken.ask(post("/", 5) + "small").status);
  }
  void emptyBodyReachesTheHandler() {
    CPPUNIT_ASSERT_EQUAL(std::string("0:"), fixture_->ask(post("/echo", 0)).body);
    CPPUNIT_ASSERT_EQUAL(std::string("0:"), fixture_->ask(kChunked + "0\r\n\r\n").body);
    CPPUNIT_ASSERT_EQUAL(std::string("0:"), fixture_->ask(get("/echo")).body);
  }

 private:
  void expectFinal(const std::string& path, int status, std::size_t length) {
    Client client = fixture_->connect();
    client.send(post(path, length, "Expect: 100-continue\r\n"));
    const Reply reply = client.read();
    CPPUNIT_ASSERT_EQUAL(status, reply.status);
    // Whether the body still comes cannot be known: nothing more is read.
    CPPUNIT_ASSERT_EQUAL(std::string("close"), reply.header("connection"));
    client.send(get("/smuggled"));
    CPPUNIT_ASSERT(client.endedByServer());
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, fixture_->application.asked().size());
  }
  int filesInSpool() {
    int count = -2;  // . and ..
    DIR* directory = ::opendir(fixture_->directory.path().c_str());
    while (::readdir(directory) != nullptr) ++count;
    ::closedir(directory);
    return count;
  }

  Gate admission_;
  std::unique_ptr<Fixture> fixture_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(BodiesTest);

}  // namespace
}  // namespace larder::http::test
