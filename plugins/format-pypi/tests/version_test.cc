#include "version.h"

#include <algorithm>
#include <random>
#include <vector>

#include "tests/support/test.h"

namespace {

using larder::pypi::Version;

Version parsed(const std::string& text) {
  const auto version = Version::parse(text);
  CPPUNIT_ASSERT_MESSAGE(text, version.has_value());
  return *version;
}

/// Ascending, each line one step; checked against the standard's reference implementation.
const std::vector<std::string> kAscending = {"1.dev0",
                                             "1.0.dev456",
                                             "1.0a0",
                                             "1.0a0.post0.dev0",
                                             "1.0a0.post0",
                                             "1.0a1.dev1",
                                             "1.0a1.dev1+local",
                                             "1.0a1",
                                             "1.0a2.dev456",
                                             "1.0a12.dev456",
                                             "1.0a12",
                                             "1.0b1.dev456",
                                             "1.0b2",
                                             "1.0b2.post345.dev456",
                                             "1.0b2.post345",
                                             "1.0rc1.dev456",
                                             "1.0rc1",
                                             "1.0",
                                             "1.0+abc",
                                             "1.0+abc.5",
                                             "1.0+abc.7",
                                             "1.0+5",
                                             "1.0+5.abc",
                                             "1.0+5.1",
                                             "1.0+5.1.0",
                                             "1.0.post456.dev34",
                                             "1.0.post456",
                                             "1.0.post456+local",
                                             "1.0.1.dev1",
                                             "1.0.15",
                                             "1.1.dev1",
                                             "1.10",
                                             "2.0.0.0.1",
                                             "20231231235959123",
                                             "99999999999999999999999999",
                                             "100000000000000000000000000",
                                             "1!0.1.dev0",
                                             "1!0.1",
                                             "18446744073709551616!0"};

class VersionTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(VersionTest);
  CPPUNIT_TEST(normalFormFollowsTheStandard);
  CPPUNIT_TEST(canonicalFormIsOnePerRelease);
  CPPUNIT_TEST(whatIsNoVersionIsRefused);
  CPPUNIT_TEST(orderFollowsTheStandard);
  CPPUNIT_TEST(keysAreFreeOfNulAndOfPrefixes);
  CPPUNIT_TEST(numbersMayHaveAnyLength);
  CPPUNIT_TEST(partsAreRecognised);
  CPPUNIT_TEST_SUITE_END();

 public:
  void normalFormFollowsTheStandard() {
    const std::vector<std::pair<std::string, std::string>> forms = {
        {"1.0", "1.0"},
        {"v1.0", "1.0"},
        {"V1", "1"},
        {" \t\n\r\f\v1.0 \n", "1.0"},
        {"01.002.0", "1.2.0"},
        {"0!1.0", "1.0"},
        {"01!1", "1!1"},
        {"1.0-ALPHA.01", "1.0a1"},
        {"1.0.beta", "1.0b0"},
        {"1.0c1", "1.0rc1"},
        {"1.0_preview2", "1.0rc2"},
        {"1.0pre", "1.0rc0"},
        {"1.0RC-3", "1.0rc3"},
        {"1.0a-", "1.0a0"},
        {"1.0-1", "1.0.post1"},
        {"1.0-01", "1.0.post1"},
        {"1.0.rev", "1.0.post0"},
        {"1.0r7", "1.0.post7"},
        {"1.0-post-7", "1.0.post7"},
        {"1.0apost1", "1.0a0.post1"},
        {"1.0ar1", "1.0a0.post1"},
        {"1.0dev", "1.0.dev0"},
        {"1.0_DEV_03", "1.0.dev3"},
        {"1.0.a.dev4", "1.0a0.dev4"},
        {"1.0+Ubuntu-01_foo0100", "1.0+ubuntu.1.foo0100"},
        {"1.0+0100", "1.0+100"},
        {"1.0+00", "1.0+0"},
        {"1!2.0a1.post2.dev3+x.4", "1!2.0a1.post2.dev3+x.4"},
        {"1.0-1.dev2", "1.0.post1.dev2"}};
    for (const auto& [text, normal] : forms) {
      CPPUNIT_ASSERT_EQUAL_MESSAGE(text, normal, parsed(text).normalized());
      CPPUNIT_ASSERT_EQUAL_MESSAGE(text, normal, parsed(normal).normalized());
    }
  }

  void canonicalFormIsOnePerRelease() {
    for (const char* text : {"1", "1.0", "1.0.0.00", "v1", "0!1.0"}) {
      CPPUNIT_ASSERT_EQUAL_MESSAGE(text, std::string("1"), parsed(text).canonical());
      CPPUNIT_ASSERT_MESSAGE(text, parsed(text) == parsed("1.0"));
    }
    CPPUNIT_ASSERT_EQUAL(std::string("0"), parsed("0.0").canonical());
    CPPUNIT_ASSERT_EQUAL(std::string("1.0.1rc1"), parsed("1.0.1.0c1").canonical());
    CPPUNIT_ASSERT_EQUAL(std::string("1.0.0"), parsed("1.0.0").normalized());
    CPPUNIT_ASSERT(parsed("1.0+1") == parsed("1.0+01"));
    CPPUNIT_ASSERT(parsed("1.0") != parsed("1.0+0"));
  }

  void whatIsNoVersionIsRefused() {
    for (const char* text : {"",
                             " ",
                             "v",
                             "a",
                             "1.0-",
                             "1.0+",
                             "1.0_1",
                             "1.0.",
                             "1..0",
                             ".1",
                             "1.0+a..b",
                             "1.0+a.",
                             "1.0+.a",
                             "1.0+a+b",
                             "1.0-1-1",
                             "2013-01-22",
                             "1.0x",
                             "1.0a1b2",
                             "1.0.post1.post2",
                             "1.0.dev1.dev2",
                             "1.0.dev1a1",
                             "1 .0",
                             "1.0 a1",
                             "vv1",
                             "!1",
                             "1!",
                             "1!2!3",
                             "-1",
                             "1,0",
                             "1.0.post1-2",
                             "1.0-2-g185e630",
                             "1.0\xd9\xa1",
                             "\xd9\xa1",
                             "\xe0\xa5\xa7.0",
                             "1.0\xc2\xa0",
                             "1.0+\xc3\xa9",
                             "alpha",
                             "1.0alphabeta",
                             "unknown",
                             "1.*",
                             "==1"}) {
      CPPUNIT_ASSERT_MESSAGE(text, !Version::parse(text));
    }
    CPPUNIT_ASSERT(!Version::parse(std::string_view("1.0\0", 4)));
  }

  void orderFollowsTheStandard() {
    for (std::size_t i = 0; i < kAscending.size(); ++i) {
      for (std::size_t j = 0; j < kAscending.size(); ++j) {
        CPPUNIT_ASSERT_MESSAGE(kAscending[i] + " and " + kAscending[j],
                               (parsed(kAscending[i]) <=> parsed(kAscending[j])) == (i <=> j));
      }
    }
    std::vector<Version> shuffled;
    for (const std::string& text : kAscending) shuffled.push_back(parsed(text));
    std::shuffle(shuffled.begin(), shuffled.end(), std::mt19937(1));
    std::sort(shuffled.begin(), shuffled.end());
    for (std::size_t i = 0; i < kAscending.size(); ++i) {
      CPPUNIT_ASSERT_EQUAL(parsed(kAscending[i]).normalized(), shuffled[i].normalized());
    }
  }

  void keysAreFreeOfNulAndOfPrefixes() {
    for (const std::string& a : kAscending) {
      const std::string key = parsed(a).orderKey();
      CPPUNIT_ASSERT_MESSAGE(a, key.find('\0') == key.npos);
      for (const std::string& b : kAscending) {
        CPPUNIT_ASSERT_MESSAGE(a + " and " + b, a == b || !key.starts_with(parsed(b).orderKey()));
      }
    }
  }

  void numbersMayHaveAnyLength() {
    const std::string digits(300, '9');
    const std::string longer = "1" + std::string(300, '0');
    CPPUNIT_ASSERT(parsed(digits) < parsed(longer));
    CPPUNIT_ASSERT(parsed("1.0.post" + digits) < parsed("1.0.post" + longer));
    CPPUNIT_ASSERT(parsed(std::string(253, '9')) < parsed("1" + std::string(253, '0')));
    CPPUNIT_ASSERT(parsed(std::string(254, '9')) < parsed("1" + std::string(254, '0')));
    CPPUNIT_ASSERT(parsed(std::string(600, '0') + "7") == parsed("7"));
    CPPUNIT_ASSERT(parsed("9" + std::string(507, '9')) > parsed(std::string(254, '9')));
  }

  void partsAreRecognised() {
    CPPUNIT_ASSERT(parsed("1.0rc1").isPrerelease());
    CPPUNIT_ASSERT(parsed("1.0.dev1").isPrerelease() && parsed("1.0.dev1").isDevelopment());
    CPPUNIT_ASSERT(parsed("1.0.post1.dev1").isPrerelease());
    CPPUNIT_ASSERT(!parsed("1.0.post1").isPrerelease() && parsed("1.0.post1").isPostrelease());
    CPPUNIT_ASSERT(!parsed("1.0+a").isPrerelease() && parsed("1.0+a").isLocal());
    CPPUNIT_ASSERT(!parsed("1.0").isLocal() && !parsed("1.0").isPostrelease());
    CPPUNIT_ASSERT_EQUAL(std::string("1.0.post1"), parsed("1.0-1+abc").publicPart());
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(VersionTest);

}  // namespace
