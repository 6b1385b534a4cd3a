#include "identity.h"

#include "distribution_filename.h"
#include "project_name.h"
#include "tests/support/test.h"

namespace {

using larder::pypi::FileRecord;
using larder::pypi::identityOf;

std::string identity(const std::string& filename, const std::string& name,
                     const std::string& version) {
  FileRecord file;
  file.project = larder::pypi::normalizeName(name);
  file.name = name;
  file.version = version;
  file.filename = filename;
  return identityOf(file);
}

std::string wheel(const std::string& version, const std::string& tags) {
  return identity("Foo-" + version + "-" + tags + ".whl", "foo", version);
}

class IdentityTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(IdentityTest);
  CPPUNIT_TEST(spellingsOfOneWheelAreOne);
  CPPUNIT_TEST(otherWheelsAreOthers);
  CPPUNIT_TEST(spellingsOfOneSdistAreOne);
  CPPUNIT_TEST(otherSdistsAreOthers);
  CPPUNIT_TEST(versionsThatAreNotPep440CountAsText);
  CPPUNIT_TEST(theLongestFileNameMakesAKey);
  CPPUNIT_TEST_SUITE_END();

 public:
  void spellingsOfOneWheelAreOne() {
    const std::string one = wheel("1.0", "py2.py3-none-any");
    CPPUNIT_ASSERT_EQUAL(std::string("1/py2.py3-none-any.whl"), one);
    for (const char* version : {"1", "1.0.0", "01.0", "v1.0", "0!1.0"}) {
      CPPUNIT_ASSERT_EQUAL_MESSAGE(version, one, wheel(version, "py2.py3-none-any"));
    }
    for (const char* tags : {"py3.py2-none-any", "py2.py3.py2-none-any", "PY2.PY3-None-Any"}) {
      CPPUNIT_ASSERT_EQUAL_MESSAGE(tags, one, wheel("1.0", tags));
    }
    CPPUNIT_ASSERT_EQUAL(wheel("1.0rc1", "py3-none-any"), wheel("1.0c1", "py3-none-any"));
    CPPUNIT_ASSERT_EQUAL(wheel("1+a.1", "py3-none-any"), wheel("1.0+A_01", "py3-none-any"));
    CPPUNIT_ASSERT_EQUAL(wheel("1.0", "1-py3-none-any"), wheel("1.0", "01-py3-none-any"));
  }

  void otherWheelsAreOthers() {
    const std::string one = wheel("1.0", "py3-none-any");
    for (const char* tags : {"py2-none-any", "py2.py3-none-any", "py3-abi3-any", "py3-none-linux",
                             "1-py3-none-any", "2-py3-none-any"}) {
      CPPUNIT_ASSERT_MESSAGE(tags, one != wheel("1.0", tags));
    }
    for (const char* version : {"1.0.1", "1.0.post1", "1.0rc1", "1!1.0", "1.0+local"}) {
      CPPUNIT_ASSERT_MESSAGE(version, one != wheel(version, "py3-none-any"));
    }
    CPPUNIT_ASSERT(wheel("1.0", "1-py3-none-any") != wheel("1.0", "1a-py3-none-any"));
  }

  void spellingsOfOneSdistAreOne() {
    const std::string one = identity("foo-bar-1.0.tar.gz", "foo-bar", "1.0");
    CPPUNIT_ASSERT_EQUAL(std::string("1/source.tar.gz"), one);
    CPPUNIT_ASSERT_EQUAL(one, identity("Foo.Bar-1.0.0.tar.gz", "Foo.Bar", "1"));
    CPPUNIT_ASSERT_EQUAL(one, identity("foo_bar-1.tgz", "foo_bar", "1.0.0"));
    CPPUNIT_ASSERT_EQUAL(identity("foo-1.tbz", "foo", "1"), identity("foo-1.tar.bz2", "foo", "1"));
  }

  void otherSdistsAreOthers() {
    const std::string one = identity("foo-1.0.tar.gz", "foo", "1.0");
    for (const char* name :
         {"foo-1.0.zip", "foo-1.0.tar.bz2", "foo-1.0-py3.8.tar.gz", "foo-1.0.egg", "foo-1.0.exe"}) {
      CPPUNIT_ASSERT_MESSAGE(name, one != identity(name, "foo", "1.0"));
    }
    CPPUNIT_ASSERT(identity("foo-1.0-py2.7.egg", "foo", "1.0") !=
                   identity("foo-1.0-py2.7-win32.egg", "foo", "1.0"));
    CPPUNIT_ASSERT_EQUAL(identity("foo-1.0-py2.7-win32.egg", "foo", "1.0"),
                         identity("Foo-1.0.0-py2.7-WIN32.egg", "foo", "1.0"));
  }

  void versionsThatAreNotPep440CountAsText() {
    const std::string one = identity("foo-0.1.0-2-g185e630.tar.gz", "foo", "0.1.0-2-g185e630");
    CPPUNIT_ASSERT_EQUAL(std::string("0.1.0-2-g185e630/source.tar.gz"), one);
    CPPUNIT_ASSERT_EQUAL(one, identity("foo-0.1.0-2-G185E630.tar.gz", "foo", "0.1.0-2-G185E630"));
    CPPUNIT_ASSERT(one != identity("foo-0.1.0-3-g185e630.tar.gz", "foo", "0.1.0-3-g185e630"));
    CPPUNIT_ASSERT_EQUAL(
        wheel("0.1.0_2_g185e630", "py3-none-any"),
        identity("foo-0.1.0_2_g185e630-py3-none-any.whl", "foo", "0.1.0-2-g185e630"));
  }

  void theLongestFileNameMakesAKey() {
    const std::string name(larder::pypi::kMaxProjectName, 'p');
    for (const std::string tail : {"-1c-1dev", "-1c-1dev-py2.7"}) {
      const std::string fill(larder::pypi::kMaxFilename - name.size() - tail.size() - 8, '1');
      const std::string version = fill + "1c-1dev";
      const std::string filename = name + "-" + fill + tail.substr(1) + ".tar.gz";
      CPPUNIT_ASSERT(filename.size() <= larder::pypi::kMaxFilename);
      CPPUNIT_ASSERT(
          larder::pypi::isKey(larder::pypi::identityKey(name, identity(filename, name, version))));
    }
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(IdentityTest);

}  // namespace
