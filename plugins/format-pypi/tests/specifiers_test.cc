#include "specifiers.h"

#include "tests/support/test.h"

namespace {

using larder::pypi::comparableSpecifiers;
using larder::pypi::isSpecifierSet;

class SpecifiersTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(SpecifiersTest);
  CPPUNIT_TEST(whatInstallersReadIsASet);
  CPPUNIT_TEST(whatInstallersRefuseIsNone);
  CPPUNIT_TEST(orderAndBlanksDoNotCount);
  CPPUNIT_TEST_SUITE_END();

 public:
  void whatInstallersReadIsASet() {
    for (const char* text : {"",
                             " ",
                             ",",
                             ">=3.8",
                             ">= 3.8",
                             " >=3.8 ",
                             ">=3.8,<4",
                             ">=3.8 , < 4",
                             ">=2.7,!=3.0.*,!=3.1.*",
                             ">=3.6,",
                             ",>=3.6,,<4",
                             "~=3.6",
                             "~=3.6.1rc1",
                             "~=1!3.6",
                             "==3.7",
                             "==3.*",
                             "!= 3.4.*",
                             "===anything",
                             "=== 3.8+x",
                             "<3.9dev",
                             ">=3.8a1.post2.dev3",
                             "==3.8+local.1",
                             "!=3.8+l",
                             ">v3.8",
                             ">=3",
                             "<=3.10.0-1"}) {
      CPPUNIT_ASSERT_MESSAGE(text, isSpecifierSet(text));
    }
  }

  void whatInstallersRefuseIsNone() {
    for (const char* text : {"3.8",
                             "*",
                             ">=3.8 <4",
                             ">=3.8;<4",
                             ">=",
                             "==",
                             "===",
                             ">=3.8.*",
                             "<4.*",
                             "~=3.6.*",
                             "~=3",
                             "~=1!3",
                             "~=3.dev1",
                             ">=3.8+local",
                             "~=3.8+local",
                             "==3.8a1.*",
                             "==3.8.post1.*",
                             "==3.8+x.*",
                             "==3.8 .*",
                             "==.*",
                             "=3.8",
                             "=>3.8",
                             ">>3",
                             "! =3.0",
                             "< =3",
                             ">=3.8, python",
                             "(>=3.8)",
                             "===a b",
                             "===a;b",
                             "===a)",
                             "!3.8",
                             ">=3.x",
                             "abc",
                             ">=3.8\xFF"}) {
      CPPUNIT_ASSERT_MESSAGE(text, !isSpecifierSet(text));
    }
  }

  void orderAndBlanksDoNotCount() {
    CPPUNIT_ASSERT_EQUAL(comparableSpecifiers(">=3.8,<4"),
                         comparableSpecifiers(" < 4 ,, >=\t3.8,"));
    CPPUNIT_ASSERT(comparableSpecifiers(">=3.8") != comparableSpecifiers(">=3.8,<4"));
    CPPUNIT_ASSERT_EQUAL(std::string(), comparableSpecifiers(" , "));
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(SpecifiersTest);

}  // namespace
