#include "core/base/storage_key.h"

#include "tests/support/test.h"

namespace {

class StorageKeyTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(StorageKeyTest);
  CPPUNIT_TEST(keysFollowTheGrammar);
  CPPUNIT_TEST(prefixesAreBeginningsOfKeys);
  CPPUNIT_TEST(segmentsAreInjective);
  CPPUNIT_TEST_SUITE_END();

 public:
  void keysFollowTheGrammar() {
    for (const char* good : {"a", "a/b", "blobs/sha256/ab/abc", "x.+~!@=-_Z9", "...", "a/..b"}) {
      CPPUNIT_ASSERT_MESSAGE(good, larder::isStorageKey(good));
    }
    for (const char* bad :
         {"", "/", "/a", "a/", "a//b", ".", "..", "a/../b", "a/.", "a b", "a%", "\xc3\xa9"}) {
      CPPUNIT_ASSERT_MESSAGE(bad, !larder::isStorageKey(bad));
    }
    CPPUNIT_ASSERT(larder::isStorageKey(std::string(200, 'a')));
    CPPUNIT_ASSERT(!larder::isStorageKey(std::string(201, 'a')));
    std::string longest;
    for (int i = 0; i < 256; ++i) longest += "a/";
    CPPUNIT_ASSERT(larder::isStorageKey(longest.substr(0, 511)));
    CPPUNIT_ASSERT(!larder::isStorageKey(longest + "bc"));
  }

  void prefixesAreBeginningsOfKeys() {
    for (const char* good : {"", "a", "a/", "a/b", "."}) {
      CPPUNIT_ASSERT_MESSAGE(good, larder::isStoragePrefix(good));
    }
    for (const char* bad : {"/", "a//", "../a", "a b"}) {
      CPPUNIT_ASSERT_MESSAGE(bad, !larder::isStoragePrefix(bad));
    }
  }

  void segmentsAreInjective() {
    CPPUNIT_ASSERT_EQUAL(std::string("flywheel-0.1.0.tar.gz"),
                         larder::storageSegment("flywheel-0.1.0.tar.gz"));
    CPPUNIT_ASSERT_EQUAL(std::string("=41=2F=3D"), larder::storageSegment("A/="));
    CPPUNIT_ASSERT_EQUAL(std::string("=2E."), larder::storageSegment(".."));
    const std::string a = larder::storageSegment(std::string(300, 'a'));
    const std::string b = larder::storageSegment(std::string(301, 'a'));
    CPPUNIT_ASSERT(a != b);
    CPPUNIT_ASSERT(a.size() == 200 && larder::isStorageKey(a));
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(StorageKeyTest);

}  // namespace
