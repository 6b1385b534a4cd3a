#include "distribution_filename.h"

#include <algorithm>
#include <vector>

#include "tests/support/test.h"

namespace {

using larder::pypi::compareBuilds;
using larder::pypi::DistributionFilename;
using larder::pypi::NameHint;
using larder::pypi::namesRelease;
using larder::pypi::PackageKind;
using larder::pypi::parseDistributionFilename;

struct Row {
  std::string filename;
  std::string name;
  std::string version;
};

DistributionFilename parsed(const std::string& filename, NameHint hint = {}) {
  auto file = parseDistributionFilename(filename, hint);
  LARDER_ASSERT_OK(file);
  CPPUNIT_ASSERT_EQUAL(filename, file->filename);
  return *file;
}

void assertRows(const std::vector<Row>& rows) {
  for (const auto& [filename, name, version] : rows) {
    const auto file = parsed(filename);
    CPPUNIT_ASSERT_EQUAL_MESSAGE(filename, name, file.name);
    CPPUNIT_ASSERT_EQUAL_MESSAGE(filename, version, file.version);
  }
}

void assertRefused(const std::string& filename, const std::string& word) {
  const auto file = parseDistributionFilename(filename);
  CPPUNIT_ASSERT_MESSAGE(filename, file.is(larder::sdk::Errc::Invalid));
  CPPUNIT_ASSERT_MESSAGE(file.error().message(),
                         file.error().message().find(word) != std::string::npos);
}

class DistributionFilenameTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(DistributionFilenameTest);
  CPPUNIT_TEST(wheelsAreTakenApart);
  CPPUNIT_TEST(malformedWheelsAreRefused);
  CPPUNIT_TEST(wheelsOfCommitsAreWheels);
  CPPUNIT_TEST(sdistsAreTakenApart);
  CPPUNIT_TEST(namesKnownFromPypicloudAreTakenApartAsThere);
  CPPUNIT_TEST(hintDecidesWhereTheVersionBegins);
  CPPUNIT_TEST(eggsAndInstallersAreRecognised);
  CPPUNIT_TEST(otherExtensionsAreRefused);
  CPPUNIT_TEST(dangerousNamesAreRefused);
  CPPUNIT_TEST(directoryNamesAreCompared);
  CPPUNIT_TEST(buildsAreOrderedByNumber);
  CPPUNIT_TEST_SUITE_END();

 public:
  void wheelsAreTakenApart() {
    const auto wheel =
        parsed("Foo_bar.baz-1!2.0+cu121-2abc-py2.py3-none-manylinux_2_17_x86_64.linux_x86_64.whl");
    CPPUNIT_ASSERT(wheel.kind == PackageKind::Wheel);
    CPPUNIT_ASSERT_EQUAL(std::string("Foo_bar.baz"), wheel.name);
    CPPUNIT_ASSERT_EQUAL(std::string("1!2.0+cu121"), wheel.version);
    CPPUNIT_ASSERT_EQUAL(std::string("2abc"), wheel.build);
    CPPUNIT_ASSERT_EQUAL(std::string("py2.py3"), wheel.python);
    CPPUNIT_ASSERT_EQUAL(std::string("none"), wheel.abi);
    CPPUNIT_ASSERT_EQUAL(std::string("manylinux_2_17_x86_64.linux_x86_64"), wheel.platform);
    CPPUNIT_ASSERT_EQUAL(std::string(".whl"), wheel.extension);
    CPPUNIT_ASSERT_EQUAL(std::string("py2.py3"), wheel.pythonVersion());
    CPPUNIT_ASSERT(packageType(wheel.kind) == "bdist_wheel");
    assertRows({{"foo-1!2.0-py3-none-any.whl", "foo", "1!2.0"},
                {"foo-1.0+local-py3-none-any.whl", "foo", "1.0+local"},
                {"repoze.lru-0.7-py3-none-any.whl", "repoze.lru", "0.7"}});
    CPPUNIT_ASSERT(parsed("foo-1.0-py3-none-any.whl").build.empty());
  }

  void malformedWheelsAreRefused() {
    assertRefused("foo-bar-1.0-py3-none-any.whl", "version");
    assertRefused("foo-1.0_1-py3-none-any.whl", "1.0_1");
    assertRefused("foo-1.0-a1-py3-none-any.whl", "build tag 'a1'");
    assertRefused("foo-1.0--py3-none-any.whl", "build tag ''");
    assertRefused("foo-1.0-py3-none-.whl", "tag");
    assertRefused("foo-1.0-py3..py2-none-any.whl", "tag");
    assertRefused("foo-1.0-py3.-none-any.whl", "tag");
    assertRefused("foo-1.0-py3-no+ne-any.whl", "tag");
    assertRefused("foo-1.0-py3-none.whl", "4 parts");
    assertRefused("foo-1.0-1-py3-none-any-more.whl", "7 parts");
    assertRefused("foo__bar-1.0-py3-none-any.whl", "project name");
    assertRefused("-1.0-py3-none-any.whl", "project name");
    assertRefused("foo--py3-none-any.whl", "version");
    assertRefused("foo-master-py3-none-any.whl", "version");
    assertRefused("foo-vv1_x-py3-none-any.whl", "version");
    assertRefused("foo-v-py3-none-any.whl", "version");
    assertRefused("foo-1.0-py3-none-any.WHL", "extension");
    assertRefused("foo.whl", "parts");
  }

  void wheelsOfCommitsAreWheels() {
    assertRows({{"flywheel-0.1.0_2_g185e630-py3-none-any.whl", "flywheel", "0.1.0-2-g185e630"},
                {"flywheel-v2013_01_22-py3-none-any.whl", "flywheel", "v2013-01-22"}});
  }

  void sdistsAreTakenApart() {
    assertRows({{"python3-openid-3.2.0.tar.gz", "python3-openid", "3.2.0"},
                {"repoze.lru-0.7.tar.gz", "repoze.lru", "0.7"},
                {"GeoIP-1.3.2.tar.gz", "GeoIP", "1.3.2"},
                {"foo-1.0-1.tar.gz", "foo", "1.0-1"},
                {"foo-3d-1.0.tar.gz", "foo-3d", "1.0"},
                {"foo_bar-1!2.0.post1.dev3+abc.4.zip", "foo_bar", "1!2.0.post1.dev3+abc.4"},
                {"flywheel-0.1.0-2-g185e630.tar.gz", "flywheel", "0.1.0-2-g185e630"},
                {"foo-2013-01-22.tar.bz2", "foo", "2013-01-22"},
                {"foo-1.0-rc1.tgz", "foo", "1.0-rc1"},
                {"foo-1.0.tbz", "foo", "1.0"},
                {"foo-1.0.tar.xz", "foo", "1.0"},
                {"foo-1.0.tar", "foo", "1.0"}});
    CPPUNIT_ASSERT_EQUAL(std::string("source"), parsed("foo-1.0.tar.gz").pythonVersion());
    CPPUNIT_ASSERT_EQUAL(std::string(".tar.gz"), parsed("foo-1.0.tar.gz").extension);
    CPPUNIT_ASSERT(packageType(parsed("foo-1.0.zip").kind) == "sdist");
  }

  void namesKnownFromPypicloudAreTakenApartAsThere() {
    assertRows({{"foo-bar-1.0.tar.gz", "foo-bar", "1.0"},
                {"foo-bar-2-1.0.tar.gz", "foo-bar", "2-1.0"},
                {"foo-2-1.tar.gz", "foo", "2-1"},
                {"foo-bar.tar.gz", "foo", "bar"},
                {"foo-dev.tar.gz", "foo", "dev"},
                {"foo-v1.0.tar.gz", "foo", "v1.0"},
                {"foo-1.0.win32-py2.7.exe", "foo", "1.0.win32"},
                {"foo-1.0-py2.7.egg", "foo", "1.0"},
                {"foo-1.0-py2.7.tar.gz", "foo", "1.0"},
                {"a1-b2-3.tar.gz", "a1-b2", "3"}});
    assertRefused("foo.tar.gz", "dash");
    assertRefused("foo-1.0.TAR.GZ", "extension");
  }

  void hintDecidesWhereTheVersionBegins() {
    const auto split = [](const char* filename, NameHint hint) {
      const auto file = parsed(filename, hint);
      return file.name + "|" + file.version;
    };
    CPPUNIT_ASSERT_EQUAL(std::string("foo-2|1"), split("foo-2-1.tar.gz", {"foo-2", {}}));
    CPPUNIT_ASSERT_EQUAL(std::string("foo-2|1"), split("foo-2-1.tar.gz", {"Foo.2", "1.0"}));
    CPPUNIT_ASSERT_EQUAL(std::string("foo|2-1"), split("foo-2-1.tar.gz", {"foo", {}}));
    CPPUNIT_ASSERT_EQUAL(std::string("foo|2-1"), split("foo-2-1.tar.gz", {{}, "2.post1"}));
    CPPUNIT_ASSERT_EQUAL(std::string("Foo.Bar-2|1.0"),
                         split("Foo.Bar-2-1.0.tar.gz", {"foo-bar-2", "1"}));
    // Half right helps as far as it goes; nowhere right does not.
    CPPUNIT_ASSERT_EQUAL(std::string("foo-2|1"), split("foo-2-1.tar.gz", {"foo-2", "7"}));
    CPPUNIT_ASSERT_EQUAL(std::string("foo|2-1"), split("foo-2-1.tar.gz", {"bar", "7"}));
    CPPUNIT_ASSERT_EQUAL(std::string("foo|1.0"), split("foo-1.0-py3-none-any.whl", {"bar", "7"}));
  }

  void eggsAndInstallersAreRecognised() {
    const auto egg = parsed("foo_bar-1.0-py2.7-linux-x86_64.egg");
    CPPUNIT_ASSERT(egg.kind == PackageKind::Egg && packageType(egg.kind) == "bdist_egg");
    CPPUNIT_ASSERT_EQUAL(std::string("2.7"), egg.python);
    CPPUNIT_ASSERT_EQUAL(std::string("linux-x86_64"), egg.platform);
    CPPUNIT_ASSERT_EQUAL(std::string("1.0"), egg.version);
    const auto exe = parsed("foo-1.0.win32-py2.7.exe");
    CPPUNIT_ASSERT(exe.kind == PackageKind::WindowsInstaller);
    CPPUNIT_ASSERT_EQUAL(std::string("2.7"), exe.pythonVersion());
    CPPUNIT_ASSERT_EQUAL(std::string("any"), parsed("foo-1.0.win32.exe").pythonVersion());
  }

  void otherExtensionsAreRefused() {
    for (const char* name :
         {"foo-1.0.msi", "foo-1.0.rpm", "foo-1.0.tar.gz.asc", "foo-1.0", "foo-1.0.deb",
          "foo-1.0.tar.zst", "foo-1.0.whl.metadata", "foo-1.0.Zip"}) {
      assertRefused(name, "extension");
    }
    assertRefused(".tar.gz", "dot");
    assertRefused("-1.0.tar.gz", "project name");
  }

  void dangerousNamesAreRefused() {
    for (const char* name :
         {"../foo-1.0.tar.gz", "a/foo-1.0.tar.gz", "foo-1.0\n.tar.gz", "foo-1.0\r\nX: y.zip",
          "foo 1-1.0.zip", "foo\\bar-1.0.zip", "foo-1.0\".zip", "foo-1.0<b>.zip", "foo-1.0%2f.zip",
          "foo-1.0?x.zip", "foo-1.0#x.zip", "caf\xc3\xa9-1.0.zip", "foo-1.0;.zip",
          "foo-1.0&.zip"}) {
      assertRefused(name, "characters");
    }
    CPPUNIT_ASSERT(!parseDistributionFilename(std::string_view("foo-1.0\0.zip", 12)).ok());
    assertRefused("", "empty");
    assertRefused(".foo-1.0.zip", "dot");
    assertRefused("..-1.0.zip", "dot");
    assertRefused("tool-...tar.gz", "version");
    assertRefused("foo-1." + std::string(181, '0') + ".zip", "191 bytes");
    // As long as names may be, but the version is not.
    assertRefused("foo-1." + std::string(180, '0') + ".zip", "version");
    assertRefused(std::string(101, 'f') + "-1.0.zip", "project name");
    parsed(std::string(100, 'f') + "-1." + std::string(80, '0') + ".zip");
  }

  void directoryNamesAreCompared() {
    CPPUNIT_ASSERT(namesRelease("Foo_Bar-1.0", "foo.bar", "1.0.0"));
    CPPUNIT_ASSERT(namesRelease("foo-2-1", "foo-2", "1"));
    CPPUNIT_ASSERT(namesRelease("flywheel-0.1.0_2_g185e630", "flywheel", "0.1.0-2-g185e630"));
    CPPUNIT_ASSERT(!namesRelease("foo-1.0", "foo", "1.1"));
    CPPUNIT_ASSERT(!namesRelease("foo-1.0", "fob", "1.0"));
    CPPUNIT_ASSERT(!namesRelease("foo", "foo", "1.0"));
    CPPUNIT_ASSERT(!namesRelease("", "foo", "1.0"));
  }

  void buildsAreOrderedByNumber() {
    std::vector<std::string> builds = {"10", "2b", "", "2", "2a", "1", "99999999999999999999999"};
    std::sort(builds.begin(), builds.end(),
              [](const auto& a, const auto& b) { return compareBuilds(a, b) < 0; });
    const std::vector<std::string> expected = {
        "", "1", "2", "2a", "2b", "10", "99999999999999999999999"};
    CPPUNIT_ASSERT(expected == builds);
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(DistributionFilenameTest);

}  // namespace
