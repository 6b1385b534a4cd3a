#include <cppunit/TestFixture.h>

#include <random>
#include <vector>

#include "tests/support/test.h"
#include "tests/unit/message/parse_everything.h"

namespace larder::http::test {
namespace {

const std::vector<std::string> kSeeds = {
    "GET /simple/p/ HTTP/1.1\r\nHost: localhost:8080\r\nUser-Agent: pip/23.0 {\"ci\":null}\r\n"
    "Accept: application/vnd.pypi.simple.v1+json, text/html;q=0.01\r\nAccept-Encoding: gzip;q=0.5, "
    "*\r\nConnection: keep-alive\r\nCache-Control: max-age=0\r\n\r\n",
    "POST /legacy/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nExpect: "
    "100-continue\r\n\r\n"
    "5;a=b\r\nhello\r\n1F\r\n0123456789012345678901234567890\r\n0\r\nTrailer: x\r\n\r\n"
    "GET /next HTTP/1.1\r\nHost: x\r\n\r\n",
    "PUT /a%20b?q=1 HTTP/1.1\r\nHost: [::1]:80\r\nContent-Length: 11\r\n\r\nhello world"
    "GET /files HTTP/1.0\r\nRange: bytes=1-2\r\nIf-Range: \"e\"\r\nConnection: x, close\r\n\r\n",
    "GET http://h/p HTTP/1.1\r\nHost: h\r\nIf-None-Match: W/\"a\", \"e\"\r\nIf-Modified-Since: "
    "Sun, "
    "06 Nov 1994 08:49:37 GMT\r\nX-Forwarded-For: 1.2.3.4, [2001:db8::1]:1\r\nX-Forwarded-Prefix: "
    "/p/\r\nForwarded: for=\"[::1]\";proto=https;host=h\r\n\r\n",
};

/// Changes like those of a fuzzer, the same ones in every run.
class Mutator {
 public:
  explicit Mutator(unsigned seed) : random_(seed) {}

  std::string next() {
    std::string bytes = kSeeds[below(kSeeds.size())];
    for (std::size_t i = below(4) + 1; i > 0; --i) mutate(bytes);
    return bytes;
  }
  std::size_t below(std::size_t limit) { return random_() % limit; }

 private:
  void mutate(std::string& bytes) {
    static const std::vector<std::string> kTokens = {"\r\n",
                                                     "\n",
                                                     "\r",
                                                     "\r\n ",
                                                     ":",
                                                     " ",
                                                     "\t",
                                                     ",",
                                                     ";",
                                                     "\xff",
                                                     std::string(1, '\0'),
                                                     "Content-Length: 5\r\n",
                                                     "Transfer-Encoding: chunked\r\n",
                                                     "Host: y\r\n",
                                                     "0\r\n\r\n",
                                                     "HTTP/1.1",
                                                     "\"",
                                                     "-",
                                                     "/",
                                                     "99999999999999999999"};
    const std::size_t at = below(bytes.size() + 1);
    switch (below(5)) {
      case 0:
        bytes.insert(at, kTokens[below(kTokens.size())]);
        break;
      case 1:
        bytes.erase(at, below(8) + 1);
        break;
      case 2:
        if (at < bytes.size()) bytes[at] = static_cast<char>(random_());
        break;
      case 3:
        bytes.insert(at, bytes.substr(below(bytes.size()), below(40)));
        break;
      default:
        bytes.resize(at);
    }
    if (bytes.empty()) bytes = "G";
  }

  std::mt19937 random_;
};

class MutationsTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(MutationsTest);
  CPPUNIT_TEST(seedsAreUnderstood);
  CPPUNIT_TEST(piecesDoNotChangeTheMeaning);
  CPPUNIT_TEST_SUITE_END();

 public:
  void seedsAreUnderstood() {
    const std::vector<int> requests = {1, 2, 2, 1};
    for (std::size_t i = 0; i < kSeeds.size(); ++i) {
      const auto understood = parseEverything(kSeeds[i], 1 << 20);
      CPPUNIT_ASSERT_EQUAL(0, understood.refused);
      CPPUNIT_ASSERT_EQUAL(requests[i], understood.requests);
    }
  }

  /// Invariants are checked inside; here: where the bytes were cut must not matter.
  void piecesDoNotChangeTheMeaning() {
    Mutator mutator(20);
    int accepted = 0;
    int refused = 0;
    for (int i = 0; i < 20'000; ++i) {
      const std::string bytes = mutator.next();
      const auto whole = parseEverything(bytes, bytes.size());
      const auto pieces = parseEverything(bytes, mutator.below(20) + 1);
      CPPUNIT_ASSERT_EQUAL_MESSAGE(bytes, whole.requests, pieces.requests);
      CPPUNIT_ASSERT_EQUAL_MESSAGE(bytes, whole.refused != 0, pieces.refused != 0);
      if (whole.refused == 0) CPPUNIT_ASSERT_EQUAL_MESSAGE(bytes, whole.text, pieces.text);
      (whole.refused == 0 ? accepted : refused) += 1;
    }
    // Otherwise the mutations miss the point.
    CPPUNIT_ASSERT(accepted > 1000 && refused > 1000);
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(MutationsTest);

}  // namespace
}  // namespace larder::http::test
