#include "project_name.h"

#include "tests/support/test.h"

namespace {

using larder::pypi::isProjectName;
using larder::pypi::normalizeName;

class ProjectNameTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(ProjectNameTest);
  CPPUNIT_TEST(namesFollowTheStandard);
  CPPUNIT_TEST(everythingElseIsRefused);
  CPPUNIT_TEST(normalFormFoldsCaseAndRuns);
  CPPUNIT_TEST_SUITE_END();

 public:
  void namesFollowTheStandard() {
    for (const char* name : {"a", "7", "Flask", "zope.interface", "foo_bar", "a.-_b", "A1"}) {
      CPPUNIT_ASSERT_MESSAGE(name, isProjectName(name));
    }
    CPPUNIT_ASSERT(isProjectName(std::string(100, 'a')));
  }

  void everythingElseIsRefused() {
    for (const char* name :
         {"",    "-",   ".",   "..",  "_a",   "a_",   "-a",          "a-",       ".a",  "a.",
          "a b", "a/b", "a\n", "\na", "a\\b", "a%2f", "caf\xc3\xa9", "\xd9\xa1", "a+b", "a@b"}) {
      CPPUNIT_ASSERT_MESSAGE(name, !isProjectName(name));
    }
    CPPUNIT_ASSERT(!isProjectName(std::string_view("a\0b", 3)));
    CPPUNIT_ASSERT(!isProjectName(std::string(101, 'a')));
  }

  void normalFormFoldsCaseAndRuns() {
    for (const char* name : {"foo-bar", "Foo.Bar", "FOO__BAR", "foo-._-bar", "fOO_.bAR"}) {
      CPPUNIT_ASSERT_EQUAL(std::string("foo-bar"), normalizeName(name));
    }
    CPPUNIT_ASSERT_EQUAL(std::string("a"), normalizeName("A"));
    CPPUNIT_ASSERT_EQUAL(std::string(""), normalizeName(""));
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ProjectNameTest);

}  // namespace
