#include "distribution.h"

#include "archives.h"
#include "tests/support/test.h"

namespace {

using larder::pypi::Distribution;
using larder::pypi::inspectDistribution;
using larder::pypi::NameHint;
using larder::test::MemoryUpload;
using larder::test::tarOf;
using larder::test::zipOf;

larder::sdk::Result<Distribution> inspect(const std::string& filename, const std::string& bytes,
                                          NameHint hint = {}) {
  auto ctx = larder::test::minute();
  return inspectDistribution(ctx, filename, MemoryUpload(bytes), hint);
}

std::string sdistOf(const std::string& name, const std::string& version) {
  return tarOf({{"top/PKG-INFO", "Metadata-Version: 1.1\nName: " + name + "\nVersion: " + version +
                                     "\nRequires-Python: >=3.7\n"}});
}

void assertRefused(const larder::sdk::Result<Distribution>& found, const std::string& word) {
  CPPUNIT_ASSERT_MESSAGE("accepted", found.is(larder::sdk::Errc::Invalid));
  CPPUNIT_ASSERT_MESSAGE(found.error().message(),
                         found.error().message().find(word) != std::string::npos);
}

class DistributionTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(DistributionTest);
  CPPUNIT_TEST(fileDecidesWhatItIs);
  CPPUNIT_TEST(metadataSplitsTheFileName);
  CPPUNIT_TEST(fileNameSpeaksForArchivesWithoutMetadata);
  CPPUNIT_TEST(fileNameOfAnotherReleaseIsRefused);
  CPPUNIT_TEST(errorsNameTheFile);
  CPPUNIT_TEST_SUITE_END();

 public:
  void fileDecidesWhatItIs() {
    const auto found = inspect("Foo.Bar-1.0.0.tar.gz", sdistOf("foo_bar", "1.0"), {"liar", "9"});
    LARDER_ASSERT_OK(found);
    CPPUNIT_ASSERT_EQUAL(std::string("foo-bar"), found->project);
    CPPUNIT_ASSERT_EQUAL(std::string("foo_bar"), found->core.name);
    CPPUNIT_ASSERT_EQUAL(std::string("1.0"), found->core.version);
    CPPUNIT_ASSERT_EQUAL(std::string(">=3.7"), found->core.requiresPython);
    CPPUNIT_ASSERT_EQUAL(std::string("1.0.0"), found->file.version);
    CPPUNIT_ASSERT(found->metadata && found->metadata->starts_with("Metadata-Version"));
    const auto commit = inspect("flywheel-0.1.0_2_g185e630-py3-none-any.whl",
                                zipOf({{"flywheel-0.1.0_2_g185e630.dist-info/METADATA",
                                        "Name: flywheel\nVersion: 0.1.0-2-g185e630\n"}}));
    LARDER_ASSERT_OK(commit);
    CPPUNIT_ASSERT_EQUAL(std::string("0.1.0-2-g185e630"), commit->core.version);
  }

  void metadataSplitsTheFileName() {
    const auto found = inspect("foo-2-1.tar.gz", sdistOf("foo-2", "1"), {"foo", "2-1"});
    LARDER_ASSERT_OK(found);
    CPPUNIT_ASSERT_EQUAL(std::string("foo-2"), found->project);
    CPPUNIT_ASSERT_EQUAL(std::string("foo-2"), found->file.name);
    CPPUNIT_ASSERT_EQUAL(std::string("1"), found->file.version);
  }

  void fileNameSpeaksForArchivesWithoutMetadata() {
    const auto found = inspect("foo-2-1.tar.gz", tarOf({{"x/setup.py", "pass"}}), {"foo-2", "1"});
    LARDER_ASSERT_OK(found);
    CPPUNIT_ASSERT(!found->metadata);
    CPPUNIT_ASSERT_EQUAL(std::string("foo-2"), found->core.name);
    CPPUNIT_ASSERT_EQUAL(std::string("1"), found->core.version);
    const auto claimed = inspect("foo-2-1.tar.gz", tarOf({{"x/setup.py", "pass"}}), {"bar", "1"});
    LARDER_ASSERT_OK(claimed);
    CPPUNIT_ASSERT_EQUAL(std::string("foo"), claimed->project);
  }

  void fileNameOfAnotherReleaseIsRefused() {
    assertRefused(inspect("foo-1.0.tar.gz", sdistOf("bar", "1.0")), "says it is bar 1.0");
    assertRefused(inspect("foo-1.0.tar.gz", sdistOf("foo", "1.1")), "'foo-1.0.tar.gz'");
    assertRefused(inspect("foo-1.0-py3-none-any.whl",
                          zipOf({{"foo-1.0.dist-info/METADATA", "Name: foo\nVersion: 2.0\n"}})),
                  "says it is foo 2.0");
  }

  void errorsNameTheFile() {
    assertRefused(inspect("foo-1.0.tar.gz", "nonsense"), "foo-1.0.tar.gz: it cannot be read");
    assertRefused(inspect("foo-1.0.tar.gz", tarOf({{"x/PKG-INFO", "nonsense"}})),
                  "foo-1.0.tar.gz: the metadata");
    assertRefused(inspect("foo-1.0.rpm", "nonsense"), "'foo-1.0.rpm'");
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(DistributionTest);

}  // namespace
