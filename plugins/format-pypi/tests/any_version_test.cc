#include "any_version.h"

#include <vector>

#include "tests/support/test.h"

namespace {

using larder::pypi::AnyVersion;
using larder::pypi::isStable;
using larder::pypi::isVersionText;

class AnyVersionTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(AnyVersionTest);
  CPPUNIT_TEST(everythingHasItsPlace);
  CPPUNIT_TEST(spellingsOfOneReleaseAreEqual);
  CPPUNIT_TEST(displayIsNormalOnlyForTheStandard);
  CPPUNIT_TEST(onlyCommitsAreCommits);
  CPPUNIT_TEST(anyBytesAreAccepted);
  CPPUNIT_TEST(stableIsDigitsAndDots);
  CPPUNIT_TEST(versionTextsAreSafe);
  CPPUNIT_TEST_SUITE_END();

 public:
  void everythingHasItsPlace() {
    const std::vector<std::string> ascending = {"",
                                                "9build",
                                                "10build",
                                                "2013-01-22",
                                                "2013-02-03",
                                                "build9",
                                                "build10",
                                                "dev",
                                                "foo",
                                                "foo-1",
                                                "foo-bar",
                                                "latest-2-gabcdef0",
                                                "0.0.dev0",
                                                "0.1.0rc1",
                                                "0.1.0rc1-3-g1234567",
                                                "0.1.0",
                                                "0.1.0-dirty",
                                                "0.1.0-2-g185e630",
                                                "0.1.0-2-g185e631",
                                                "0.1.0-21-g4a739b0",
                                                "0.1.0-21-g4a739b0-dirty",
                                                "0.1.0-100-g4a739b0",
                                                "0.1.0+local",
                                                "0.1.0.post1",
                                                "0.1.1.dev0",
                                                "0.1.1",
                                                "v1-5-gabcd",
                                                "1!0"};
    for (std::size_t i = 0; i < ascending.size(); ++i) {
      for (std::size_t j = 0; j < ascending.size(); ++j) {
        CPPUNIT_ASSERT_MESSAGE(
            ascending[i] + " and " + ascending[j],
            (AnyVersion(ascending[i]) <=> AnyVersion(ascending[j])) == (i <=> j));
      }
    }
  }

  void spellingsOfOneReleaseAreEqual() {
    CPPUNIT_ASSERT(AnyVersion("1.0") == AnyVersion(" v1.0.0 "));
    CPPUNIT_ASSERT(AnyVersion("0.1.0-2-g185e630") == AnyVersion("v0.1_2_G185E630"));
    CPPUNIT_ASSERT(AnyVersion("My_Build") == AnyVersion("my-build"));
    CPPUNIT_ASSERT(AnyVersion("1.0") != AnyVersion("1.0.post0"));
    CPPUNIT_ASSERT(AnyVersion("1.0_1") != AnyVersion("1.0-1"));
  }

  void displayIsNormalOnlyForTheStandard() {
    CPPUNIT_ASSERT_EQUAL(std::string("1.0rc1"), AnyVersion("1.0-RC.1").display());
    CPPUNIT_ASSERT_EQUAL(std::string("1.0-RC.1"), AnyVersion(" 1.0-RC.1").text());
    CPPUNIT_ASSERT_EQUAL(std::string("0.1.0-2-G185e630"), AnyVersion("0.1.0-2-G185e630").display());
    CPPUNIT_ASSERT(AnyVersion("whatever").isPrerelease());
    CPPUNIT_ASSERT(AnyVersion("0.1.0-2-g185e630").isPrerelease());
    CPPUNIT_ASSERT(!AnyVersion("0.1.0").isPrerelease());
  }

  void onlyCommitsAreCommits() {
    for (const char* text : {"1.0-2-gabcd",
                             "1.0-0-g"
                             "0123456789abcdef0123456789abcdef01234567",
                             "v2-15-gabcdef0-dirty", "1.0-dirty"}) {
      CPPUNIT_ASSERT_MESSAGE(text, AnyVersion(text).describesCommit());
    }
    for (const char* text :
         {"1.0", "1.0-2", "1.0-2-gabc", "1.0-2-habcd", "1.0-2-gxyzw", "1.0-x-gabcd", "1.0--gabcd",
          "-2-gabcd", "foo-2-gabcd", "gabcd", "-gabcd", "2-gabcd", "-dirty", "dirty"}) {
      CPPUNIT_ASSERT_MESSAGE(text, !AnyVersion(text).describesCommit());
      if (text != std::string("1.0") && text != std::string("1.0-2")) {
        CPPUNIT_ASSERT_MESSAGE(text, AnyVersion(text) < AnyVersion("0.dev0"));
      }
    }
  }

  void anyBytesAreAccepted() {
    const AnyVersion odd(std::string_view("a\0\x01\x02\xff", 5));
    CPPUNIT_ASSERT(odd < AnyVersion("0.dev0"));
    CPPUNIT_ASSERT(odd.orderKey().find('\0') == std::string::npos);
    CPPUNIT_ASSERT(AnyVersion(std::string(100000, '1')) > AnyVersion("2"));
  }

  void stableIsDigitsAndDots() {
    for (const char* text : {"0", "1.0", "2013.01.22"})
      CPPUNIT_ASSERT_MESSAGE(text, isStable(text));
    for (const char* text :
         {"", ".", "1.", ".1", "1..0", "1.0a1", "v1", "1.0.post1", "1.0+a", "1!0", " 1"}) {
      CPPUNIT_ASSERT_MESSAGE(text, !isStable(text));
    }
  }

  void versionTextsAreSafe() {
    for (const char* text : {"1.0", "1!0+a", "0.1.0-2-g185e630", "a_b~c=@"}) {
      CPPUNIT_ASSERT_MESSAGE(text, isVersionText(text));
    }
    for (const char* text :
         {"", ".", "..", "-1", "+a", "1 0", "1/0", "a\n", "caf\xc3\xa9", "<b>", "\"", "&", "%41"}) {
      CPPUNIT_ASSERT_MESSAGE(text, !isVersionText(text));
    }
    CPPUNIT_ASSERT(isVersionText(std::string(128, '1')) && !isVersionText(std::string(129, '1')));
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(AnyVersionTest);

}  // namespace
