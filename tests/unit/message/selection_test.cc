#include "core/message/selection.h"

#include <cppunit/TestFixture.h>

#include "core/message/date.h"
#include "tests/support/test.h"

namespace larder::http::test {
namespace {

const std::chrono::sys_seconds kModified{std::chrono::seconds(784111777)};
const std::string kDate = "Sun, 06 Nov 1994 08:49:37 GMT";
const std::string kEtag = "\"abc\"";

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

}  // namespace
}  // namespace larder::http::test
