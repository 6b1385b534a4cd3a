#include <cppunit/TestFixture.h>
#include <fcntl.h>
#include <unistd.h>

#include "core/http/date.h"
#include "core/http/selection.h"
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

/// Preconditions, ranges and encodings, in one place for all kinds of bodies.
class SelectionTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(SelectionTest);
  CPPUNIT_TEST(rangesAreCut);
  CPPUNIT_TEST(strangeRangesAreIgnored);
  CPPUNIT_TEST(rangesOfAnEmptyFile);
  CPPUNIT_TEST(rangesOnlyForGetAnd200);
  CPPUNIT_TEST(ifRangeWantsAStrongMatch);
  CPPUNIT_TEST(ifNoneMatchComparesWeakly);
  CPPUNIT_TEST(ifNoneMatchWinsOverTheDate);
  CPPUNIT_TEST(ifModifiedSinceComparesDates);
  CPPUNIT_TEST(ifMatchAndIfUnmodifiedSinceFailWith412);
  CPPUNIT_TEST(preconditionsAreForSuccessOnly);
  CPPUNIT_TEST(encodingIsNegotiated);
  CPPUNIT_TEST(etagBelongsToTheForm);
  CPPUNIT_TEST(datesInAllThreeForms);
  CPPUNIT_TEST(brokenDatesAreNone);
  CPPUNIT_TEST_SUITE_END();

 public:
  void rangesAreCut() {
    CPPUNIT_ASSERT_EQUAL(std::string("206 0+5"), range("bytes=0-4"));
    CPPUNIT_ASSERT_EQUAL(std::string("206 0+1"), range("bytes=0-0"));
    CPPUNIT_ASSERT_EQUAL(std::string("206 9+1"), range("bytes=9-9"));
    CPPUNIT_ASSERT_EQUAL(std::string("206 3+7"), range("bytes=3-"));
    CPPUNIT_ASSERT_EQUAL(std::string("206 3+7"), range("bytes=3-1000"));
    CPPUNIT_ASSERT_EQUAL(std::string("206 3+7"), range("bytes=3-9223372036854775807"));
    CPPUNIT_ASSERT_EQUAL(std::string("206 7+3"), range("bytes=-3"));
    CPPUNIT_ASSERT_EQUAL(std::string("206 0+10"), range("bytes=-1000"));
    CPPUNIT_ASSERT_EQUAL(std::string("206 0+5"), range("Bytes=0-4"));
    CPPUNIT_ASSERT_EQUAL(std::string("416 0+0"), range("bytes=10-"));
    CPPUNIT_ASSERT_EQUAL(std::string("416 0+0"), range("bytes=10-20"));
    CPPUNIT_ASSERT_EQUAL(std::string("416 0+0"), range("bytes=-0"));
  }
  void strangeRangesAreIgnored() {
    for (const char* text : {"bytes=0-1,3-4", "bytes=4-2", "bytes=a-b", "bytes=", "bytes=-", "0-4",
                             "items=0-4", "bytes=1-2-3", "bytes=--3", "bytes=+1-2", "bytes 0-4",
                             "bytes=99999999999999999999-", ""}) {
      CPPUNIT_ASSERT_EQUAL_MESSAGE(text, std::string("200 0+10"), range(text));
    }
  }
  void rangesOfAnEmptyFile() {
    CPPUNIT_ASSERT_EQUAL(std::string("416 0+0"), range("bytes=0-", 0));
    CPPUNIT_ASSERT_EQUAL(std::string("200 0+0"), range("bytes=-5", 0));
  }
  void rangesOnlyForGetAnd200() {
    Response response = file(10);
    CPPUNIT_ASSERT_EQUAL(200, status(response, {{"range", "bytes=0-4"}}, "HEAD"));
    CPPUNIT_ASSERT_EQUAL(200, status(response, {{"range", "bytes=0-4"}}, "POST"));
    response.status = 404;
    CPPUNIT_ASSERT_EQUAL(404, status(response, {{"range", "bytes=0-4"}}));
    Response page;
    page.body = prepared();
    CPPUNIT_ASSERT_EQUAL(200, status(page, {{"range", "bytes=0-4"}}));
    Response stream;
    stream.body = StreamBody{};
    CPPUNIT_ASSERT_EQUAL(200, status(stream, {{"range", "bytes=0-4"}}));
  }
  void ifRangeWantsAStrongMatch() {
    const auto with = [](const std::string& condition) {
      return status(file(10), {{"range", "bytes=0-4"}, {"if-range", condition}});
    };
    CPPUNIT_ASSERT_EQUAL(206, with(kEtag));
    CPPUNIT_ASSERT_EQUAL(206, with(kDate));
    CPPUNIT_ASSERT_EQUAL(200, with("\"other\""));
    CPPUNIT_ASSERT_EQUAL(200, with("W/" + kEtag));
    CPPUNIT_ASSERT_EQUAL(200, with("Sun, 06 Nov 1994 08:49:38 GMT"));
    CPPUNIT_ASSERT_EQUAL(200, with("nonsense"));
    Response weak = file(10);
    std::get<FileBody>(weak.body).etag = "W/\"abc\"";
    CPPUNIT_ASSERT_EQUAL(200, status(weak, {{"range", "bytes=0-4"}, {"if-range", "W/\"abc\""}}));
  }
  void ifNoneMatchComparesWeakly() {
    for (const char* list : {"\"abc\"", "W/\"abc\"", "\"x\", \"abc\"", "\"x\",W/\"abc\"", "*"}) {
      CPPUNIT_ASSERT_EQUAL_MESSAGE(list, 304, status(file(10), {{"if-none-match", list}}));
      CPPUNIT_ASSERT_EQUAL_MESSAGE(list, 304, status(file(10), {{"if-none-match", list}}, "HEAD"));
    }
    for (const char* list : {"\"x\"", "abc", "", "\"abc", "\"a,bc\""}) {
      CPPUNIT_ASSERT_EQUAL_MESSAGE(list, 200, status(file(10), {{"if-none-match", list}}));
    }
  }
  void ifNoneMatchWinsOverTheDate() {
    CPPUNIT_ASSERT_EQUAL(
        200, status(file(10), {{"if-none-match", "\"x\""}, {"if-modified-since", kDate}}));
  }
  void ifModifiedSinceComparesDates() {
    CPPUNIT_ASSERT_EQUAL(304, status(file(10), {{"if-modified-since", kDate}}));
    CPPUNIT_ASSERT_EQUAL(
        304, status(file(10), {{"if-modified-since", "Mon, 07 Nov 1994 08:49:37 GMT"}}));
    CPPUNIT_ASSERT_EQUAL(
        200, status(file(10), {{"if-modified-since", "Sun, 06 Nov 1994 08:49:36 GMT"}}));
    CPPUNIT_ASSERT_EQUAL(200, status(file(10), {{"if-modified-since", "nonsense"}}));
  }
  void ifMatchAndIfUnmodifiedSinceFailWith412() {
    CPPUNIT_ASSERT_EQUAL(200, status(file(10), {{"if-match", kEtag}}));
    CPPUNIT_ASSERT_EQUAL(200, status(file(10), {{"if-match", "*"}}));
    CPPUNIT_ASSERT_EQUAL(412, status(file(10), {{"if-match", "\"x\""}}));
    CPPUNIT_ASSERT_EQUAL(412, status(file(10), {{"if-match", "W/" + kEtag}}));
    CPPUNIT_ASSERT_EQUAL(200, status(file(10), {{"if-unmodified-since", kDate}}));
    CPPUNIT_ASSERT_EQUAL(
        412, status(file(10), {{"if-unmodified-since", "Sun, 06 Nov 1994 08:49:36 GMT"}}));
  }
  void preconditionsAreForSuccessOnly() {
    Response response = file(10);
    response.status = 404;
    CPPUNIT_ASSERT_EQUAL(404, status(response, {{"if-none-match", "*"}}));
    CPPUNIT_ASSERT_EQUAL(200, status(file(10), {{"if-none-match", "*"}}, "POST"));
  }
  void encodingIsNegotiated() {
    for (const char* accepted : {"gzip", "GZIP", "x-gzip", "deflate, gzip", "*", "gzip;q=0.001",
                                 "gzip;q=1.0, identity;q=0.5", "br;q=1, gzip;q=0.8", "*;q=0.5"}) {
      CPPUNIT_ASSERT_MESSAGE(accepted, gzip(accepted));
    }
    for (const char* accepted : {"", "identity", "gzip;q=0", "deflate", "gzip;q=0, *",
                                 "gzip;q=0.5, identity;q=0.9", "*;q=0", "gzip;q=0.0"}) {
      CPPUNIT_ASSERT_MESSAGE(accepted, !gzip(accepted));
    }
    Response plain;
    plain.body = prepared(false);
    CPPUNIT_ASSERT(!select(nullptr, plain).gzip);
  }
  void etagBelongsToTheForm() {
    Response page;
    page.body = prepared();
    CPPUNIT_ASSERT_EQUAL(304, status(page, {{"if-none-match", "\"i\""}}));
    CPPUNIT_ASSERT_EQUAL(200, status(page, {{"if-none-match", "\"g\""}}));
    CPPUNIT_ASSERT_EQUAL(304,
                         status(page, {{"accept-encoding", "gzip"}, {"if-none-match", "\"g\""}}));
    CPPUNIT_ASSERT_EQUAL(200,
                         status(page, {{"accept-encoding", "gzip"}, {"if-none-match", "\"i\""}}));
  }
  void datesInAllThreeForms() {
    std::string text;
    appendDate(text, kModified);
    CPPUNIT_ASSERT_EQUAL(kDate, text);
    for (const char* form : {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                             "Sun Nov  6 08:49:37 1994"}) {
      CPPUNIT_ASSERT_MESSAGE(form, parseDate(form) == kModified);
    }
  }
  void brokenDatesAreNone() {
    for (const char* text : {"", "Sun, 06 Nov 1994", "Sun, 31 Feb 1994 08:49:37 GMT",
                             "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT",
                             "Sun, 06 Nov 1994 08:49:37 GMT+1", "Sun, 06 Nov 1994 08:49:37 PST",
                             "1994-11-06T08:49:37Z", "Sun, 06 ovD 1994 08:49:37 GMT"}) {
      CPPUNIT_ASSERT_MESSAGE(text, !parseDate(text));
    }
  }

 private:
  static Response file(std::uint64_t size) {
    Response response;
    response.body = FileBody{nullptr, size, kEtag, kModified};
    return response;
  }
  static int status(const Response& response, Headers headers, std::string method = "GET") {
    Request request;
    request.method = std::move(method);
    request.headers = std::move(headers);
    return select(&request, response).status;
  }
  static std::string range(const std::string& text, std::uint64_t size = 10) {
    Request request;
    request.method = "GET";
    request.headers = {{"range", text}};
    const Response response = file(size);
    const Selection chosen = select(&request, response);
    return std::to_string(chosen.status) + " " + std::to_string(chosen.offset) + "+" +
           std::to_string(chosen.length.value());
  }
  static bool gzip(const std::string& accepted) {
    Request request;
    request.method = "GET";
    request.headers = {{"accept-encoding", accepted}};
    Response page;
    page.body = prepared();
    return select(&request, page).gzip;
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(SelectionTest);

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
