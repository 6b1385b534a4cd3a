#include "core/config/words.h"

#include "tests/support/test.h"

namespace {

namespace config = larder::config;

class WordsTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(WordsTest);
  CPPUNIT_TEST(theNearestWordIsFoundAcrossSlips);
  CPPUNIT_TEST(whatIsFarIsNotSuggested);
  CPPUNIT_TEST(shownTextsAreShortPrintableAndWithoutPasswords);
  CPPUNIT_TEST(longListsAreCut);
  CPPUNIT_TEST_SUITE_END();

 public:
  void theNearestWordIsFoundAcrossSlips() {
    for (const char* slip : {"bukcet", "buckte", "bucket_", "buket", "Bucket", "buckett"}) {
      CPPUNIT_ASSERT_EQUAL_MESSAGE(slip, std::string_view("bucket"),
                                   config::nearest(slip, {"prefix", "bucket", "region"}));
    }
    CPPUNIT_ASSERT_EQUAL(std::string_view("pypi"), config::nearest("pipy", {"debian", "pypi"}));
    CPPUNIT_ASSERT_EQUAL(std::string_view("warning"), config::nearest("warn", {"warning", "x"}));
    CPPUNIT_ASSERT_EQUAL(std::string_view("main"), config::nearest("mian", {"archive", "main"}));
  }

  void whatIsFarIsNotSuggested() {
    CPPUNIT_ASSERT_EQUAL(std::string_view(), config::nearest("colour", {"bucket", "region"}));
    CPPUNIT_ASSERT_EQUAL(std::string_view(), config::nearest("xy", {"ab"}));
    CPPUNIT_ASSERT_EQUAL(std::string_view(), config::nearest("b", {"a"}));
    CPPUNIT_ASSERT_EQUAL(std::string_view(), config::nearest("", {"a"}));
    CPPUNIT_ASSERT_EQUAL(std::string_view(), config::nearest(std::string(1000, 'b'), {"bucket"}));
    CPPUNIT_ASSERT_EQUAL(std::string(), config::suggestion("colour", {"bucket"}));
  }

  void shownTextsAreShortPrintableAndWithoutPasswords() {
    CPPUNIT_ASSERT_EQUAL(std::string("\"a?b?\""), config::shown("a\nb\xff"));
    CPPUNIT_ASSERT_EQUAL(std::string("\"redis://user:***@host/0\""),
                         config::shown("redis://user:hunter2@host/0"));
    CPPUNIT_ASSERT_EQUAL('"' + std::string(80, 'a') + "…\"", config::shown(std::string(81, 'a')));
    CPPUNIT_ASSERT_EQUAL('"' + std::string(79, 'a') + "…\"",
                         config::shown(std::string(79, 'a') + "\xc3\xbc\xc3\xbc"));
  }

  void longListsAreCut() {
    CPPUNIT_ASSERT_EQUAL(std::string("a, b, c"), config::joined({"a", "b", "c"}));
    CPPUNIT_ASSERT_EQUAL(std::string("a, b, …"), config::joined({"a", "b", "c"}, 2));
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(WordsTest);

}  // namespace
