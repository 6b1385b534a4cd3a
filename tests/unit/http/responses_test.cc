#include <cppunit/TestFixture.h>
#include <fcntl.h>
#include <unistd.h>

#include "core/message/date.h"
#include "tests/unit/http/harness.h"

namespace larder::http::test {
namespace {

const std::chrono::sys_seconds kModified{std::chrono::seconds(784111777)};
const std::string kDate = "Sun, 06 Nov 1994 08:49:37 GMT";
const std::string kEtag = "\"abc\"";

std::shared_ptr<sdk::FileHandle> fileWith(const std::string& directory, const std::string& bytes) {
  const std::string path = directory + "/file";
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0 || ::write(fd, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) {
    throw std::runtime_error("cannot write " + path);
  }
  return std::make_shared<sdk::FileHandle>(fd);
}

PreparedBody prepared(bool compressed = true) {
  auto body = std::make_shared<sdk::PreparedBody>();
  body->contentType = "text/html";
  body->identity = "identity form";
  body->identityEtag = "\"i\"";
  if (compressed) {
    body->gzip = "gzip form";
    body->gzipEtag = "\"g\"";
  }
  return body;
}

/// What goes over the wire.
class ResponsesTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(ResponsesTest);
  CPPUNIT_TEST(fileIsSentWholeAndInParts);
  CPPUNIT_TEST(headTellsWhatGetWouldSend);
  CPPUNIT_TEST(notModifiedHasNoBody);
  CPPUNIT_TEST(unsatisfiableRangeNamesTheSize);
  CPPUNIT_TEST(preparedBodyVariesByEncoding);
  CPPUNIT_TEST(varyOfTheApplicationIsKept);
  CPPUNIT_TEST(headersCannotBeInjected);
  CPPUNIT_TEST(reasonPhraseCannotInject);
  CPPUNIT_TEST(framingBelongsToTheEngine);
  CPPUNIT_TEST(everyAnswerCarriesDateServerAndId);
  CPPUNIT_TEST(noContentHasNoLength);
  CPPUNIT_TEST(shrunkenFileIsCutOff);
  CPPUNIT_TEST(largeSharedBodyIsSentWhole);
  CPPUNIT_TEST(throwingApplicationIsA500);
  CPPUNIT_TEST(closeOfTheApplicationIsObeyed);
  CPPUNIT_TEST(bytesSentAreReported);
  CPPUNIT_TEST_SUITE_END();

 public:
  void setUp() override {
    fixture_ = std::make_unique<Fixture>([this](ServerOptions&, ScriptedApplication& application) {
      application.otherwise = [this](const auto&) { return answerNow(next_); };
    });
  }
  void tearDown() override { fixture_.reset(); }

  void fileIsSentWholeAndInParts() {
    std::string bytes;
    while (bytes.size() < 5'000'000) bytes += std::to_string(bytes.size()) + " ";
    next_.body =
        FileBody{fileWith(fixture_->directory.path(), bytes), bytes.size(), kEtag, kModified};
    const Reply whole = fixture_->ask(get("/"));
    CPPUNIT_ASSERT(whole.body == bytes);
    CPPUNIT_ASSERT_EQUAL(kEtag, whole.header("etag"));
    CPPUNIT_ASSERT_EQUAL(kDate, whole.header("last-modified"));
    CPPUNIT_ASSERT_EQUAL(std::string("bytes"), whole.header("accept-ranges"));
    const Reply part = fixture_->ask(get("/", "Range: bytes=1000000-3999999\r\n"));
    CPPUNIT_ASSERT_EQUAL(206, part.status);
    CPPUNIT_ASSERT(part.body == bytes.substr(1000000, 3000000));
    CPPUNIT_ASSERT_EQUAL("bytes 1000000-3999999/" + std::to_string(bytes.size()),
                         part.header("content-range"));
    CPPUNIT_ASSERT(fixture_->ask(get("/", "Range: bytes=-7\r\n")).body ==
                   bytes.substr(bytes.size() - 7));
  }
  void headTellsWhatGetWouldSend() {
    next_.body = FileBody{fileWith(fixture_->directory.path(), "0123456789"), 10, kEtag, kModified};
    Client client = fixture_->connect();
    client.send("HEAD / HTTP/1.1\r\nHost: x\r\nRange: bytes=0-1\r\n\r\n" + get("/"));
    const Reply head = client.read(true);
    CPPUNIT_ASSERT_EQUAL(std::string("10"), head.header("content-length"));
    CPPUNIT_ASSERT_EQUAL(200, head.status);
    CPPUNIT_ASSERT_EQUAL(std::string("0123456789"), client.read().body);
  }
  void notModifiedHasNoBody() {
    next_.body = prepared();
    next_.headers = {{"Cache-Control", "no-cache"}, {"Content-Language", "en"}};
    Client client = fixture_->connect();
    client.send(get("/", "If-None-Match: \"i\"\r\n") + get("/"));
    const Reply reply = client.read();
    CPPUNIT_ASSERT_EQUAL(304, reply.status);
    CPPUNIT_ASSERT_EQUAL(std::string("\"i\""), reply.header("etag"));
    CPPUNIT_ASSERT_EQUAL(std::string("no-cache"), reply.header("cache-control"));
    CPPUNIT_ASSERT_EQUAL(std::string("Accept-Encoding"), reply.header("vary"));
    CPPUNIT_ASSERT_EQUAL(std::string(), reply.header("content-length"));
    CPPUNIT_ASSERT_EQUAL(std::string(), reply.header("content-language"));
    CPPUNIT_ASSERT_EQUAL(std::string("identity form"), client.read().body);
  }
  void unsatisfiableRangeNamesTheSize() {
    next_.body = FileBody{fileWith(fixture_->directory.path(), "0123456789"), 10, kEtag, kModified};
    const Reply reply = fixture_->ask(get("/", "Range: bytes=10-\r\n"));
    CPPUNIT_ASSERT_EQUAL(416, reply.status);
    CPPUNIT_ASSERT_EQUAL(std::string("bytes */10"), reply.header("content-range"));
    CPPUNIT_ASSERT_EQUAL(std::string("0"), reply.header("content-length"));
  }
  void preparedBodyVariesByEncoding() {
    next_.body = prepared();
    next_.contentType = "text/plain";
    const Reply plain = fixture_->ask(get("/"));
    CPPUNIT_ASSERT_EQUAL(std::string("identity form"), plain.body);
    CPPUNIT_ASSERT_EQUAL(std::string("text/html"), plain.header("content-type"));
    CPPUNIT_ASSERT_EQUAL(std::string("\"i\""), plain.header("etag"));
    CPPUNIT_ASSERT_EQUAL(std::string("Accept-Encoding"), plain.header("vary"));
    const Reply gzip = fixture_->ask(get("/", "Accept-Encoding: gzip\r\n"));
    CPPUNIT_ASSERT_EQUAL(std::string("gzip form"), gzip.body);
    CPPUNIT_ASSERT_EQUAL(std::string("gzip"), gzip.header("content-encoding"));
    CPPUNIT_ASSERT_EQUAL(std::string("\"g\""), gzip.header("etag"));
    CPPUNIT_ASSERT_EQUAL(std::string("Accept-Encoding"), gzip.header("vary"));
  }
  void varyOfTheApplicationIsKept() {
    next_.body = prepared();
    next_.headers = {{"Vary", "Accept"}};
    CPPUNIT_ASSERT_EQUAL(std::string("Accept, Accept-Encoding"),
                         fixture_->ask(get("/")).header("vary"));
  }
  void headersCannotBeInjected() {
    using std::string_literals::operator""s;
    next_.contentType = "text/plain\r\nX-Evil: 1";
    next_.headers = {{"X-A", "a\r\nX-Evil: 2\n\nbody"},
                     {"X-B\r\nX-Evil", "3"},
                     {"X-Evil : 4\r\nX-Evil", "4"},
                     {"", "5"},
                     {"X-C", "a\0b"s}};
    const Reply reply = fixture_->ask(get("/"));
    CPPUNIT_ASSERT_EQUAL(std::string(), reply.header("x-evil"));
    CPPUNIT_ASSERT_EQUAL(std::string("a  X-Evil: 2  body"), reply.header("x-a"));
    CPPUNIT_ASSERT_EQUAL(std::string("a b"), reply.header("x-c"));
  }
  void reasonPhraseCannotInject() {
    next_.status = 409;
    next_.reason = "File\r\nX-Evil: 1\r\n\r\nexists \xff";
    const Reply reply = fixture_->ask(get("/"));
    CPPUNIT_ASSERT_EQUAL(std::string("File??X-Evil: 1????exists ?"), reply.reason);
    CPPUNIT_ASSERT_EQUAL(std::string(), reply.header("x-evil"));
  }
  void framingBelongsToTheEngine() {
    next_.body = std::string("hello");
    next_.headers = {{"Content-Length", "1"}, {"transfer-encoding", "chunked"},
                     {"Connection", "close"}, {"DATE", "never"},
                     {"Server", "other"},     {"X-Request-Id", "mine"}};
    Client client = fixture_->connect();
    client.send(get("/") + get("/"));
    const Reply reply = client.read();
    CPPUNIT_ASSERT_EQUAL(std::string("5"), reply.header("content-length"));
    CPPUNIT_ASSERT_EQUAL(std::string(), reply.header("transfer-encoding"));
    CPPUNIT_ASSERT_EQUAL(std::string("larder"), reply.header("server"));
    CPPUNIT_ASSERT_EQUAL(std::string("hello"), client.read().body);
  }
  void everyAnswerCarriesDateServerAndId() {
    Client client = fixture_->connect();
    client.send(get("/") + get("/"));
    const Reply first = client.read();
    const Reply second = client.read();
    CPPUNIT_ASSERT(parseDate(first.header("date")));
    CPPUNIT_ASSERT_EQUAL(std::string("larder"), first.header("server"));
    CPPUNIT_ASSERT(!first.header("x-request-id").empty());
    CPPUNIT_ASSERT(first.header("x-request-id") != second.header("x-request-id"));
  }
  void noContentHasNoLength() {
    next_.status = 204;
    next_.body = std::string("ignored");
    Client client = fixture_->connect();
    client.send(get("/") + get("/"));
    CPPUNIT_ASSERT_EQUAL(std::string(), client.read().header("content-length"));
    CPPUNIT_ASSERT_EQUAL(204, client.read().status);
  }
  void shrunkenFileIsCutOff() {
    next_.body = FileBody{fileWith(fixture_->directory.path(), "short"), 1000, kEtag, kModified};
    CPPUNIT_ASSERT(!fixture_->ask(get("/")).whole);
  }
  void largeSharedBodyIsSentWhole() {
    auto body = std::make_shared<sdk::PreparedBody>();
    for (int i = 0; i < 1'000'000; ++i) body->identity += static_cast<char>('a' + i % 26);
    next_.body = PreparedBody(body);
    Client client = fixture_->connect();
    client.send(get("/") + get("/"));
    CPPUNIT_ASSERT(client.read().body == body->identity);
    CPPUNIT_ASSERT(client.read().body == body->identity);
  }
  void throwingApplicationIsA500() {
    fixture_.reset();
    Fixture throwing([](ServerOptions&, ScriptedApplication& application) {
      application.scripts["/plan"] = [](const auto&) -> Plan { throw std::runtime_error("plan"); };
      application.scripts["/handle"] = [](const auto&) {
        return handleWith([](auto) -> Response { throw 5; });
      };
      application.scripts["/admit"] = [](const auto&) {
        Plan plan = echo();
        plan.admit = []() -> std::optional<Response> { throw std::runtime_error("admit"); };
        return plan;
      };
      application.scripts["/empty"] = [](const auto&) { return Plan(); };
    });
    for (const char* path : {"/plan", "/handle", "/admit", "/empty"}) {
      CPPUNIT_ASSERT_EQUAL_MESSAGE(path, 500, throwing.ask(get(path)).status);
    }
    CPPUNIT_ASSERT_EQUAL(
        500, throwing.ask("POST /admit HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx").status);
    CPPUNIT_ASSERT(throwing.log.has("http.handler.threw"));
    CPPUNIT_ASSERT_EQUAL(4.0, throwing.numbers.value("larder_http_handlers_threw_total"));
    CPPUNIT_ASSERT_EQUAL(200, throwing.ask(get("/")).status);
  }
  void closeOfTheApplicationIsObeyed() {
    next_.close = true;
    Client client = fixture_->connect();
    client.send(get("/"));
    CPPUNIT_ASSERT_EQUAL(std::string("close"), client.read().header("connection"));
    CPPUNIT_ASSERT(client.endedByServer());
  }
  void bytesSentAreReported() {
    next_.body = std::string(12345, 'x');
    fixture_->ask(get("/"));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{12345}, fixture_->application.finished(1).at(0).sent);
  }

 private:
  Response next_;
  std::unique_ptr<Fixture> fixture_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(ResponsesTest);

}  // namespace
}  // namespace larder::http::test
