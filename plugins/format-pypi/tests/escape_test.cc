#include "escape.h"

#include <nlohmann/json.hpp>

#include "booleans.h"
#include "tests/support/test.h"

namespace {

using namespace std::string_literals;

class EscapeTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(EscapeTest);
  CPPUNIT_TEST(htmlCannotLeaveAnAttribute);
  CPPUNIT_TEST(everyByteSurvivesJson);
  CPPUNIT_TEST(brokenUtf8IsReplaced);
  CPPUNIT_TEST(segmentsKeepOnlyUnreservedBytes);
  CPPUNIT_TEST(oneLineIsCutBetweenCharacters);
  CPPUNIT_TEST(timesHaveMicroseconds);
  CPPUNIT_TEST(booleansAreRealOnes);
  CPPUNIT_TEST_SUITE_END();

  template <class Append>
  static std::string with(Append append, std::string_view text) {
    std::string out;
    append(out, text);
    return out;
  }

 public:
  void htmlCannotLeaveAnAttribute() {
    CPPUNIT_ASSERT_EQUAL("&lt;b&gt;&quot;&amp;&#39;"s, with(larder::pypi::appendHtml, "<b>\"&'"));
  }

  void everyByteSurvivesJson() {
    std::string all;
    for (int c = 0; c < 128; ++c) all += static_cast<char>(c);
    all += "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x90\x8D";
    CPPUNIT_ASSERT_EQUAL(
        all, nlohmann::json::parse(with(larder::pypi::appendJson, all)).get<std::string>());
  }

  void brokenUtf8IsReplaced() {
    for (const std::string& bad : {"\x80"s, "\xC3"s, "\xC0\xAF"s, "\xED\xA0\x80"s, "\xE0\x80\x80"s,
                                   "\xF4\x90\x80\x80"s, "\xF8"s, "\xF0\x9F\x90"s}) {
      const auto text = with(larder::pypi::appendJson, "a" + bad + "b");
      const auto parsed = nlohmann::json::parse(text).get<std::string>();
      CPPUNIT_ASSERT(parsed.starts_with("a\xEF\xBF\xBD") && parsed.ends_with("b"));
      CPPUNIT_ASSERT(larder::pypi::oneLine(bad, 100).starts_with("\xEF\xBF\xBD"));
    }
  }

  void segmentsKeepOnlyUnreservedBytes() {
    CPPUNIT_ASSERT_EQUAL("a-1.0_b~%2B%21%2F%3F%23%25%20%C3%A9"s,
                         with(larder::pypi::appendSegment, "a-1.0_b~+!/?#% \xC3\xA9"));
  }

  void oneLineIsCutBetweenCharacters() {
    CPPUNIT_ASSERT_EQUAL("two lines"s, larder::pypi::oneLine("\n two\rlines \t", 100));
    CPPUNIT_ASSERT_EQUAL("a"s, larder::pypi::oneLine("a\xC3\xA9", 2));
    CPPUNIT_ASSERT_EQUAL(""s, larder::pypi::oneLine("", 2));
  }

  void timesHaveMicroseconds() {
    CPPUNIT_ASSERT_EQUAL("2026-01-01T00:00:00.000000"s, larder::pypi::isoTime(1767225600'000000));
    CPPUNIT_ASSERT_EQUAL("2026-01-01T00:00:01.000007"s, larder::pypi::isoTime(1767225601'000007));
    CPPUNIT_ASSERT_EQUAL("1969-12-31T23:59:59.999999"s, larder::pypi::isoTime(-1));
  }

  void booleansAreRealOnes() {
    using larder::pypi::parseBoolean;
    for (const char* word : {"true", "TRUE", "1", "yes", "on", "t", "Y"}) {
      CPPUNIT_ASSERT_MESSAGE(word, parseBoolean(word) == true);
    }
    for (const char* word : {"false", "False", "0", "no", "off", "f", "n"}) {
      CPPUNIT_ASSERT_MESSAGE(word, parseBoolean(word) == false);
    }
    for (const char* word : {"", "2", "truee", "maybe", "falsefalse"}) {
      CPPUNIT_ASSERT_MESSAGE(word, !parseBoolean(word));
    }
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(EscapeTest);

}  // namespace
