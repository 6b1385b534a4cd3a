#include <filesystem>
#include <fstream>
#include <iterator>

#include "archives.h"
#include "core_metadata.h"
#include "distribution.h"
#include "project_name.h"
#include "specifiers.h"
#include "tests/support/test.h"

namespace {

namespace fs = std::filesystem;

constexpr const char* kInstalled = "/usr/lib/python3/dist-packages";
constexpr const char* kWheels = "/usr/share/python-wheels";

std::string bytesOf(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// What a distribution's own package ships: METADATA, PKG-INFO, or a file with its name.
std::vector<fs::path> installedDocuments() {
  std::vector<fs::path> documents;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(kInstalled, ignored)) {
    const std::string name = entry.path().filename();
    if (name.ends_with(".dist-info")) documents.push_back(entry.path() / "METADATA");
    if (name.ends_with(".egg-info")) {
      documents.push_back(entry.is_directory() ? entry.path() / "PKG-INFO" : entry.path());
    }
  }
  return documents;
}

/// Whatever this machine happens to have: real documents, written by real tools.
class InstalledMetadataTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(InstalledMetadataTest);
  CPPUNIT_TEST(metadataOfInstalledPackagesIsRead);
  CPPUNIT_TEST(bundledWheelsAreRead);
  CPPUNIT_TEST_SUITE_END();

 public:
  void metadataOfInstalledPackagesIsRead() {
    const auto documents = installedDocuments();
    if (documents.empty()) LARDER_SKIP(std::string("no Python packages in ") + kInstalled);
    for (const fs::path& document : documents) {
      const auto metadata = larder::pypi::parseCoreMetadata(bytesOf(document));
      CPPUNIT_ASSERT_MESSAGE(
          document.string() + ": " + (metadata ? "" : metadata.error().message()), metadata.ok());
      CPPUNIT_ASSERT_MESSAGE(document.string() + ": " + metadata->requiresPython,
                             larder::pypi::isSpecifierSet(metadata->requiresPython));
      // The directory says the same, but for a "-py3.11" behind it.
      std::string directory = document.string().substr(std::string(kInstalled).size() + 1);
      directory = directory.substr(0, std::min(directory.find("-py3"), directory.find("-info")));
      if (directory.ends_with(".dist") || directory.ends_with(".egg"))
        directory.resize(directory.rfind('.'));
      CPPUNIT_ASSERT_MESSAGE(
          document.string(),
          directory.find('-') == directory.npos ||
              larder::pypi::namesRelease(directory, metadata->name, metadata->version));
    }
  }

  void bundledWheelsAreRead() {
    std::error_code ignored;
    std::size_t read = 0;
    for (const auto& entry : fs::directory_iterator(kWheels, ignored)) {
      auto ctx = larder::test::minute();
      const larder::test::MemoryUpload upload(bytesOf(entry.path()));
      const auto found =
          larder::pypi::inspectDistribution(ctx, entry.path().filename().string(), upload);
      LARDER_ASSERT_OK(found);
      CPPUNIT_ASSERT_MESSAGE(entry.path().string(), found->metadata.has_value());
      CPPUNIT_ASSERT_MESSAGE(entry.path().string(), !found->core.summary.empty());
      ++read;
    }
    if (read == 0) LARDER_SKIP(std::string("no wheels in ") + kWheels);
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(InstalledMetadataTest);

}  // namespace
