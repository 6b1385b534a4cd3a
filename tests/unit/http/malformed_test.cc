#include <cppunit/TestFixture.h>

#include "tests/unit/http/harness.h"

namespace larder::http::test {
namespace {

const std::string kGet = "GET / HTTP/1.1\r\n";
const std::string kPost = "POST /echo HTTP/1.1\r\nHost: x\r\n";
const std::string kNext = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";

/// Requests that two readers could understand differently are refused, and what
/// follows them is never taken for a request.
class MalformedTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(MalformedTest);
  CPPUNIT_TEST(lengthBesideChunkedIsRefused);
  CPPUNIT_TEST(twoLengthsAreRefused);
  CPPUNIT_TEST(lengthListIsRefused);
  CPPUNIT_TEST(signedLengthIsRefused);
  CPPUNIT_TEST(lengthWithThousandsSeparatorIsRefused);
  CPPUNIT_TEST(oddLengthsAreRefused);
  CPPUNIT_TEST(hugeLengthIsRefused);
  CPPUNIT_TEST(unknownTransferCodingIsRefused);
  CPPUNIT_TEST(chunkedInHttp10IsRefused);
  CPPUNIT_TEST(repeatedTransferEncodingIsRefused);
  CPPUNIT_TEST(badChunksAreRefused);
  CPPUNIT_TEST(encodedWordsStayAsTheyAre);
  CPPUNIT_TEST(twoByteLineIsRefused);
  CPPUNIT_TEST(lineWithoutColonIsRefused);
  CPPUNIT_TEST(blankBeforeColonIsRefused);
  CPPUNIT_TEST(byte255InNameOrTargetIsRefusedAndKeptInValue);
  CPPUNIT_TEST(controlCharactersAreRefused);
  CPPUNIT_TEST(otherVersionsAreRefused);
  CPPUNIT_TEST(missingHostIsRefused);
  CPPUNIT_TEST(repeatedHostIsRefused);
  CPPUNIT_TEST(strangeHostIsRefused);
  CPPUNIT_TEST(bareLineFeedIsRefused);
  CPPUNIT_TEST(bareCarriageReturnIsRefused);
  CPPUNIT_TEST(foldedLineIsRefused);
  CPPUNIT_TEST(unknownExpectationIsRefused);
  CPPUNIT_TEST(emptyRequestLineIsSkippedButNotForEver);
  CPPUNIT_TEST(malformedRequestLinesAreRefused);
  CPPUNIT_TEST(absoluteFormMustMatchHost);
  CPPUNIT_TEST(connectAndTraceAreRefused);
  CPPUNIT_TEST(nothingAfterARefusalIsRead);
  CPPUNIT_TEST(refusalIsReportedWithoutRequest);
  CPPUNIT_TEST_SUITE_END();

 public:
  void setUp() override {
    fixture_ = std::make_unique<Fixture>([](ServerOptions&, ScriptedApplication& application) {
      application.scripts["/echo"] = [](const auto&) { return echo(); };
      application.scripts["/header"] = [](const auto& request) {
        return answerText(request->header("x-a").value_or("none"));
      };
    });
  }
  void tearDown() override { fixture_.reset(); }

  void lengthBesideChunkedIsRefused() {
    refused(kPost + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + kNext);
    refused(kPost + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + kNext);
  }
  void twoLengthsAreRefused() {
    refused(kPost + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef");
    refused(kPost + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nabcde");
  }
  void lengthListIsRefused() { refused(kPost + "Content-Length: 5, 5\r\n\r\nabcde"); }
  void signedLengthIsRefused() {
    refused(kPost + "Content-Length: +5\r\n\r\nabcde");
    refused(kPost + "Content-Length: -5\r\n\r\nabcde");
  }
  void lengthWithThousandsSeparatorIsRefused() {
    refused(kPost + "Content-Length: 1,0\r\n\r\nabcdefghij");
  }
  void oddLengthsAreRefused() {
    for (const char* length : {"", "0x5", "5 5", "5.0", "five", "5,", ",5", "\"5\""}) {
      refused(kPost + "Content-Length: " + length + "\r\n\r\nabcde");
    }
  }
  void hugeLengthIsRefused() {
    refused(kPost + "Content-Length: 18446744073709551617\r\n\r\na");
    refused(kPost + "Content-Length: 9223372036854775808\r\n\r\na");
    refused(kPost + "Content-Length: 9223372036854775807\r\n\r\na", 413);
  }
  void unknownTransferCodingIsRefused() {
    for (const char* coding : {"xchunked", "gzip, chunked", "chunked, gzip", "identity", "gzip",
                               "chunked;x=1", "\"chunked\""}) {
      const Reply reply =
          fixture_->ask(kPost + "Transfer-Encoding: " + coding + "\r\n\r\n0\r\n\r\n" + kNext);
      CPPUNIT_ASSERT_MESSAGE(coding, reply.status == 501 || reply.status == 400);
    }
    nothingSmuggled();
  }
  void chunkedInHttp10IsRefused() {
    refused("POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
  }
  void repeatedTransferEncodingIsRefused() {
    refused(kPost + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
    refused(kPost + "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
  }
  void badChunksAreRefused() {
    for (const char* chunks :
         {"zz\r\n", "\r\n", "-1\r\n", "+1\r\na\r\n", "0x1\r\na\r\n", "1\r\nab\r\n", "1\nA\r\n",
          "1\r\na\n", "1;\nx\r\na\r\n", "1 \r\na\r\n", " 1\r\na\r\n", "fffffffffffffffff\r\n",
          "0\r\n: x\r\n\r\n", "0\r\nno colon\r\n\r\n", "0\r\nbad name: x\r\n\r\n",
          "0\r\n folded: x\r\n\r\n", "1\r\na\r\r\n"}) {
      refused(kPost + "Transfer-Encoding: chunked\r\n\r\n" + chunks + kNext);
    }
  }
  void encodedWordsStayAsTheyAre() {
    const Reply reply = fixture_->ask(get("/header", "X-A: =?utf-8?q?a=0D=0AX-Injected:_1?=\r\n"));
    CPPUNIT_ASSERT_EQUAL(std::string("=?utf-8?q?a=0D=0AX-Injected:_1?="), reply.body);
  }
  void twoByteLineIsRefused() {
    refused(kGet + "Host: x\r\na\n\r\n");
    refused(kGet + "Host: x\r\na\r\n\r\n");
  }
  void lineWithoutColonIsRefused() { refused(kGet + "Host: x\r\nX-A\r\n\r\n"); }
  void blankBeforeColonIsRefused() {
    refused(kGet + "Host: x\r\nX-A : 1\r\n\r\n");
    refused(kGet + "Host: x\r\nX A: 1\r\n\r\n");
    refused(kGet + "Host : x\r\n\r\n");
  }
  void byte255InNameOrTargetIsRefusedAndKeptInValue() {
    refused(kGet + "Host: x\r\nX-\xff: 1\r\n\r\n");
    refused("GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n");
    const Reply reply = fixture_->ask(get("/header",
                                          "X-A: a\xff"
                                          "b\r\n"));
    CPPUNIT_ASSERT_EQUAL(std::string("a\xff"
                                     "b"),
                         reply.body);
  }
  void controlCharactersAreRefused() {
    using std::string_literals::operator""s;
    refused(kGet + "Host: x\r\nX-A: a\0b\r\n\r\n"s);
    refused(kGet + "Host: x\r\nX-\0: b\r\n\r\n"s);
    refused("GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n"s);
    refused(kGet + "Host: x\r\nX-A: a\x01\r\n\r\n");
    refused(kGet + "Host: x\r\nX-A: a\x7f\r\n\r\n");
    refused("GET /\x07 HTTP/1.1\r\nHost: x\r\n\r\n");
  }
  void otherVersionsAreRefused() {
    CPPUNIT_ASSERT_EQUAL(505, fixture_->ask("GET / HTTP/9.9\r\nHost: x\r\n\r\n").status);
    CPPUNIT_ASSERT_EQUAL(505, fixture_->ask("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").status);
    refused("GET / HTTP/1.2\r\nHost: x\r\n\r\n");
    refused("GET / HTTP/1.10\r\nHost: x\r\n\r\n");
    refused("GET / http/1.1\r\nHost: x\r\n\r\n");
    refused("GET /\r\n\r\n");
  }
  void missingHostIsRefused() {
    refused(kGet + "\r\n");
    refused(kGet + "Host:\r\n\r\n");
    CPPUNIT_ASSERT_EQUAL(200, fixture_->ask("GET / HTTP/1.0\r\n\r\n").status);
  }
  void repeatedHostIsRefused() {
    refused(kGet + "Host: x\r\nHost: x\r\n\r\n");
    refused("GET / HTTP/1.0\r\nHost: x\r\nHost: y\r\n\r\n");
  }
  void strangeHostIsRefused() {
    for (const char* host : {"a b", "a/b", "a@b", "a?b", "a\\b", "<a>"}) {
      refused(kGet + "Host: " + host + "\r\n\r\n");
    }
    CPPUNIT_ASSERT_EQUAL(200, fixture_->ask(kGet + "Host: [::1]:8080\r\n\r\n").status);
  }
  void bareLineFeedIsRefused() {
    refused("GET / HTTP/1.1\nHost: x\n\n");
    refused(kGet + "Host: x\nX-A: 1\r\n\r\n");
    refused("\nGET / HTTP/1.1\r\nHost: x\r\n\r\n");
  }
  void bareCarriageReturnIsRefused() {
    refused(kGet + "Host: x\r\nX-A: a\rb\r\n\r\n");
    refused(kGet + "Host: x\r\nX-A: 1\r\r\n\r\n");
  }
  void foldedLineIsRefused() {
    refused(kGet + "Host: x\r\nX-A: 1\r\n two\r\n\r\n");
    refused(kGet + "Host: x\r\nX-A: 1\r\n\ttwo\r\n\r\n");
    refused(kGet + " Host: x\r\n\r\n");
  }
  void unknownExpectationIsRefused() {
    CPPUNIT_ASSERT_EQUAL(417, fixture_->ask(get("/", "Expect: foo\r\n")).status);
  }
  void emptyRequestLineIsSkippedButNotForEver() {
    CPPUNIT_ASSERT_EQUAL(200, fixture_->ask("\r\n" + get("/")).status);
    refused("\r\n\r\n\r\n\r\n\r\n\r\n" + get("/"));
  }
  void malformedRequestLinesAreRefused() {
    for (const char* line :
         {" GET / HTTP/1.1", "GET  / HTTP/1.1", "GET /  HTTP/1.1", "GET / HTTP/1.1 ",
          "GET\t/ HTTP/1.1", "GET HTTP/1.1", "/ HTTP/1.1", "G@T / HTTP/1.1", "GET /#a HTTP/1.1",
          "GET /\\a HTTP/1.1", "GET x HTTP/1.1", "GET * HTTP/1.1", "GET ftp://x/ HTTP/1.1"}) {
      refused(std::string(line) + "\r\nHost: x\r\n\r\n");
    }
    refused("\x16\x03\x01\x02");  // a TLS client
  }
  void absoluteFormMustMatchHost() {
    refused("GET http://y/ HTTP/1.1\r\nHost: x\r\n\r\n");
    refused("GET http:/// HTTP/1.1\r\nHost: x\r\n\r\n");
    CPPUNIT_ASSERT_EQUAL(200, fixture_->ask("GET http://X/a?b HTTP/1.1\r\nHost: x\r\n\r\n").status);
    CPPUNIT_ASSERT_EQUAL(std::string("GET /a?b"), fixture_->application.asked().back());
    CPPUNIT_ASSERT_EQUAL(200, fixture_->ask("GET http://x?b HTTP/1.1\r\nHost: x\r\n\r\n").status);
    CPPUNIT_ASSERT_EQUAL(std::string("GET /?b"), fixture_->application.asked().back());
  }
  void connectAndTraceAreRefused() {
    refused("CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n", 501);
    CPPUNIT_ASSERT_EQUAL(405, fixture_->ask("TRACE / HTTP/1.1\r\nHost: x\r\n\r\n").status);
    CPPUNIT_ASSERT_EQUAL(204, fixture_->ask("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n").status);
  }
  void nothingAfterARefusalIsRead() {
    Client client = fixture_->connect();
    client.send("BAD\r\n\r\n" + kNext + kNext);
    CPPUNIT_ASSERT_EQUAL(400, client.read().status);
    CPPUNIT_ASSERT(client.endedByServer());
    nothingSmuggled();
  }
  void refusalIsReportedWithoutRequest() {
    refused("BAD\r\n\r\n");
    const auto seen = fixture_->application.finished(1).at(0);
    CPPUNIT_ASSERT_EQUAL(400, seen.status);
    CPPUNIT_ASSERT_EQUAL(std::string("127.0.0.1"), seen.peer);
    CPPUNIT_ASSERT_EQUAL(1.0, fixture_->numbers.value("larder_http_refused_requests_total"));
  }

 private:
  /// The request gets `status`, and nothing behind it reaches the application.
  void refused(const std::string& request, int status = 400) {
    Client client = fixture_->connect();
    client.send(request);
    const Reply reply = client.read();
    CPPUNIT_ASSERT_EQUAL_MESSAGE(request, status, reply.status);
    CPPUNIT_ASSERT_EQUAL_MESSAGE(request, std::string("close"), reply.header("connection"));
    CPPUNIT_ASSERT_MESSAGE(request, client.endedByServer());
    nothingSmuggled();
  }
  void nothingSmuggled() {
    for (const std::string& asked : fixture_->application.asked()) {
      CPPUNIT_ASSERT(asked.find("smuggled") == std::string::npos);
    }
  }

  std::unique_ptr<Fixture> fixture_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(MalformedTest);

}  // namespace
}  // namespace larder::http::test
