#include "negotiation.h"

#include "tests/support/test.h"

namespace {

using larder::pypi::negotiate;
using larder::pypi::Representation;

using Chosen = std::optional<Representation>;

class NegotiationTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(NegotiationTest);
  CPPUNIT_TEST(withoutPreferenceItIsHtml);
  CPPUNIT_TEST(knownClientsGetWhatTheyPrefer);
  CPPUNIT_TEST(qualityDecides);
  CPPUNIT_TEST(theMoreSpecificRangeCounts);
  CPPUNIT_TEST(latestAndPlainJsonAreAliases);
  CPPUNIT_TEST(formatBeatsTheHeader);
  CPPUNIT_TEST(nothingAcceptableIsNothing);
  CPPUNIT_TEST(malformedRangesArePassedOver);
  CPPUNIT_TEST_SUITE_END();

  static void expect(Chosen wanted, const char* accept) {
    CPPUNIT_ASSERT_MESSAGE(accept, negotiate(accept, std::nullopt) == wanted);
  }

 public:
  void withoutPreferenceItIsHtml() {
    CPPUNIT_ASSERT(negotiate(std::nullopt, std::nullopt) == Representation::Html);
    expect(Representation::Html, "");
    expect(Representation::Html, "*/*");
    expect(Representation::Html, "text/*");
    expect(Representation::Html, "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");
  }

  void knownClientsGetWhatTheyPrefer() {
    expect(Representation::Json,
           "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html; q=0.1, "
           "text/html; q=0.01");
    expect(Representation::Json,
           "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, "
           "text/html;q=0.01");
    expect(Representation::Json, "application/vnd.pypi.simple.v1+json, */*;q=0.1");
    expect(Representation::Html, "text/html");
  }

  void qualityDecides() {
    expect(Representation::HtmlV1,
           "application/vnd.pypi.simple.v1+json;q=0.4, application/vnd.pypi.simple.v1+html;q=0.5");
    expect(Representation::Json, "text/html;q=0.001, application/vnd.pypi.simple.v1+json;q=0.002");
    expect(Representation::Json, "text/html;q=0, application/vnd.pypi.simple.v1+json;q=0.1");
  }

  void theMoreSpecificRangeCounts() {
    expect(Representation::Json,
           "*/*;q=0.1, application/*;q=0.5, text/html;q=0.2, "
           "application/vnd.pypi.simple.v1+html;q=0");
    expect(Representation::HtmlV1, "application/*");
    expect(Representation::Json, "text/html;q=0, application/vnd.pypi.simple.v1+html;q=0, */*");
  }

  void latestAndPlainJsonAreAliases() {
    expect(Representation::Json, "application/vnd.pypi.simple.latest+json");
    expect(Representation::HtmlV1, "application/vnd.pypi.simple.latest+html");
    expect(Representation::Json, "application/json");
    CPPUNIT_ASSERT(larder::pypi::contentTypeOf(Representation::Json) ==
                   "application/vnd.pypi.simple.v1+json");
  }

  void formatBeatsTheHeader() {
    CPPUNIT_ASSERT(negotiate("text/html", "application/vnd.pypi.simple.v1+json") ==
                   Representation::Json);
    CPPUNIT_ASSERT(negotiate("application/vnd.pypi.simple.v1+json", "text/html") ==
                   Representation::Html);
    CPPUNIT_ASSERT(!negotiate("*/*", "application/vnd.pypi.simple.v2+json"));
  }

  void nothingAcceptableIsNothing() {
    expect(std::nullopt, "image/png");
    expect(std::nullopt, "application/vnd.pypi.simple.v2+json");
    expect(std::nullopt, "*/*;q=0");
  }

  void malformedRangesArePassedOver() {
    expect(Representation::Html, ",,text/html;;q=1.000;,");
    expect(Representation::Html, "application/vnd.pypi.simple.v1+json;q=2, text/html;q=0.1");
    expect(Representation::Html, "application/vnd.pypi.simple.v1+json;q=0.1234, text/html;q=0.1");
    expect(std::nullopt, "html");
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(NegotiationTest);

}  // namespace
