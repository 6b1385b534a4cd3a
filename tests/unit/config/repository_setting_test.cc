#include <array>

#include "tests/unit/config/support.h"

namespace {

using larder::sdk::SettingSpec;
using larder::sdk::SettingType;

constexpr SettingSpec kGrant[] = {
    {"repository", SettingType::Repository, nullptr, false, "Where."},
};
constexpr SettingSpec kSpecs[] = {
    {"grants", SettingType::MapList, "", false, "Rights.", kGrant, std::size(kGrant)},
};

class RepositorySettingTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(RepositorySettingTest);
  CPPUNIT_TEST(aRepositoryOfTheFileIsAccepted);
  CPPUNIT_TEST(aDanglingNameIsAProblemWithItsPlace);
  CPPUNIT_TEST_SUITE_END();

 public:
  void aRepositoryOfTheFileIsAccepted() {
    CPPUNIT_ASSERT_EQUAL(std::string(), read("pypi"));
    CPPUNIT_ASSERT_EQUAL(std::string("pypi"), value_);
  }

  // A grant on a repository that isn't there would leave a project open that was meant to be
  // closed.
  void aDanglingNameIsAProblemWithItsPlace() {
    CPPUNIT_ASSERT_EQUAL(std::string("larder.yaml:4:58: access.main.grants[0].repository: no "
                                     "repository named \"pyp\"; there are: pypi (did you mean "
                                     "\"pypi\"?)\n"),
                         read("pyp"));
  }

 private:
  std::string read(const std::string& name) {
    larder::test::ConfigFile file(
        "storage: { main: { plugin: filesystem, path: x } }\n"
        "cache: { main: { plugin: sqlite, path: x } }\n"
        "repositories: { pypi: { format: pypi, storage: main, cache: main, access: main } }\n"
        "access: { main: { plugin: config, grants: [{ repository: " +
        name + " }] } }\n");
    const auto configuration = file.load();
    CPPUNIT_ASSERT(configuration != nullptr);
    const auto& instance = *configuration->accesses.at(0).instance;
    const auto section = configuration->settings(instance, kSpecs, file.problems);
    value_ = section->items("grants").at(0)->string("repository");
    return file.text();
  }

  std::string value_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(RepositorySettingTest);

}  // namespace
