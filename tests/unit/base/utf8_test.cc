#include "core/base/utf8.h"

#include "tests/support/test.h"

namespace {

class Utf8Test : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(Utf8Test);
  CPPUNIT_TEST(wellFormedSequencesHaveTheirLength);
  CPPUNIT_TEST(malformedSequencesHaveNone);
  CPPUNIT_TEST(theFirstInvalidByteIsFound);
  CPPUNIT_TEST_SUITE_END();

 public:
  void wellFormedSequencesHaveTheirLength() {
    using larder::utf8SequenceLength;
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, utf8SequenceLength("a\x80"));
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, utf8SequenceLength("\xc2\x80"));
    CPPUNIT_ASSERT_EQUAL(std::size_t{3}, utf8SequenceLength("\xe0\xa0\x80"));
    CPPUNIT_ASSERT_EQUAL(std::size_t{3}, utf8SequenceLength("\xef\xbf\xbf"));
    CPPUNIT_ASSERT_EQUAL(std::size_t{4}, utf8SequenceLength("\xf4\x8f\xbf\xbf"));
  }

  void malformedSequencesHaveNone() {
    for (const char* bad : {"", "\x80", "\xc0\xaf", "\xc1\xbf", "\xc3", "\xc3(", "\xe0\x9f\xbf",
                            "\xed\xa0\x80", "\xe2\x82", "\xe2\x82(", "\xf0\x8f\xbf\xbf",
                            "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff"}) {
      CPPUNIT_ASSERT_EQUAL_MESSAGE(bad, std::size_t{0}, larder::utf8SequenceLength(bad));
    }
  }

  void theFirstInvalidByteIsFound() {
    CPPUNIT_ASSERT_EQUAL(std::string_view::npos, larder::findInvalidUtf8("gr\xc3\xbc\xc3\x9f"));
    CPPUNIT_ASSERT_EQUAL(std::size_t{3}, larder::findInvalidUtf8("gr\x78\xfc\xdf"));
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, larder::findInvalidUtf8("ab\xe2\x82"));
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(Utf8Test);

}  // namespace
