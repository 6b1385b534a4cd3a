// The files under etc/ are read by people and by tools/serve: they load cleanly, the long one says
// every setting of the host, and says its default.
#include <fstream>
#include <iterator>

#include "core/config/configuration.h"
#include "core/config/declarations.h"
#include "tests/support/test.h"

namespace {

namespace config = larder::config;

std::unique_ptr<config::Configuration> loaded(const std::string& name) {
  config::Problems problems;
  auto configuration =
      config::Configuration::load(std::string(LARDER_SOURCE_DIR) + "/etc/" + name, problems);
  const auto lines = problems.lines();
  CPPUNIT_ASSERT_EQUAL(std::string(), lines.empty() ? std::string() : lines.front());
  CPPUNIT_ASSERT(problems.warnings().empty());
  return configuration;
}

class EtcTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(EtcTest);
  CPPUNIT_TEST(theLongFileSaysEverySettingOfTheHost);
  CPPUNIT_TEST(theLongFileSaysTheDefaults);
  CPPUNIT_TEST(bothFilesMeanTheSame);
  CPPUNIT_TEST_SUITE_END();

  // Map settings are said when one of their fields is.
  static void assertSaid(const config::Section& section,
                         std::span<const larder::sdk::SettingSpec> specs) {
    for (const auto& spec : specs) {
      CPPUNIT_ASSERT_MESSAGE(section.path() + '.' + spec.name, section.given(spec.name));
      if (spec.type == larder::sdk::SettingType::Map) {
        assertSaid(section.map(spec.name), {spec.fields, spec.fieldCount});
      }
    }
  }

  static void assertSame(const config::Section& one, const config::Section& other) {
    const auto differing = config::differences(one, other);
    CPPUNIT_ASSERT_EQUAL(std::string(), differing.empty() ? std::string() : differing.front());
  }

 public:
  void theLongFileSaysEverySettingOfTheHost() {
    const auto file = loaded("larder.yaml");
    assertSaid(file->server(), config::serverSettings());
    assertSaid(*file->storage("main")->host, config::storageSettings());
    assertSaid(*file->cache("main")->host, config::cacheSettings());
    assertSaid(*file->access("main")->instance->host, config::accessSettings());
    assertSaid(*file->repositories.at(0).host, config::repositorySettings());
  }

  void theLongFileSaysTheDefaults() {
    const auto file = loaded("larder.yaml");
    const auto minimal = loaded("minimal.yaml");
    assertSame(file->server(), minimal->server());
    assertSame(*file->storage("main")->host, *minimal->storage("main")->host);
    assertSame(*file->repositories.at(0).host, *minimal->repositories.at(0).host);
  }

  void bothFilesMeanTheSame() {
    const auto file = loaded("larder.yaml");
    const auto minimal = loaded("minimal.yaml");
    CPPUNIT_ASSERT(file->pluginPath == minimal->pluginPath);
    CPPUNIT_ASSERT_EQUAL(minimal->repositories.size(), file->repositories.size());
    CPPUNIT_ASSERT_EQUAL(minimal->repositories.at(0).format, file->repositories.at(0).format);
    CPPUNIT_ASSERT_EQUAL(minimal->storage("main")->plugin, file->storage("main")->plugin);
    CPPUNIT_ASSERT_EQUAL(minimal->cache("main")->plugin, file->cache("main")->plugin);
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(EtcTest);

}  // namespace
