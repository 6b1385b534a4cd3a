#include "core/config/explain.h"

#include <iterator>

#include "core/config/declarations.h"
#include "tests/support/test.h"

namespace {

namespace config = larder::config;
using larder::sdk::SettingSpec;
using larder::sdk::SettingType;

constexpr SettingSpec kUser[] = {
    {"password", SettingType::String, nullptr, true, "The hash: `a|b`."},
};
constexpr SettingSpec kLog[] = {
    {"level", SettingType::String, "info", false, "How much."},
};
constexpr SettingSpec kSpecs[] = {
    {"path", SettingType::Path, nullptr, false,
     "Where the objects are, one file each, in directories that are made when they are missing."},
    {"prefix", SettingType::String, "", false, "In front of keys."},
    {"tags", SettingType::List, "", false, "Words."},
    {"log", SettingType::Map, "", false, "Logging.", kLog, std::size(kLog)},
    {"users", SettingType::Maps, "", false, "Users.", kUser, std::size(kUser)},
    {"grants", SettingType::MapList, "", false, "Grants.", kUser, std::size(kUser)},
};

class ExplainTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(ExplainTest);
  CPPUNIT_TEST(aTextHasTypeDefaultAndWrappedHelp);
  CPPUNIT_TEST(theManualIsATable);
  CPPUNIT_TEST(nothingToSetIsSaid);
  CPPUNIT_TEST(everySettingOfTheHostIsExplained);
  CPPUNIT_TEST_SUITE_END();

 public:
  void aTextHasTypeDefaultAndWrappedHelp() {
    CPPUNIT_ASSERT_EQUAL(std::string("storage-x\n"
                                     "\n"
                                     "  path: path, required\n"
                                     "      Where the objects are, one file\n"
                                     "      each, in directories that are made\n"
                                     "      when they are missing.\n"
                                     "\n"
                                     "  prefix: text, default \"\"\n"
                                     "      In front of keys.\n"
                                     "\n"
                                     "  tags: list, default []\n"
                                     "      Words.\n"
                                     "\n"
                                     "  log: map\n"
                                     "      Logging.\n"
                                     "\n"
                                     "  log.level: text, default info\n"
                                     "      How much.\n"
                                     "\n"
                                     "  users: name: map\n"
                                     "      Users.\n"
                                     "\n"
                                     "  users.NAME.password: text, required, secret (or "
                                     "password_file)\n"
                                     "      The hash: `a|b`.\n"
                                     "\n"
                                     "  grants: list of maps\n"
                                     "      Grants.\n"
                                     "\n"
                                     "  grants[].password: text, required, secret (or "
                                     "password_file)\n"
                                     "      The hash: `a|b`.\n"),
                         config::explain("storage-x", kSpecs, 40));
  }

  void theManualIsATable() {
    CPPUNIT_ASSERT_EQUAL(
        std::string("## storage-x\n\n"
                    "| setting | type | default | what it does |\n| --- | --- | --- | --- |\n"
                    "| `path` | path | required | Where the objects are, one file each, in "
                    "directories that are made when they are missing. |\n"
                    "| `prefix` | text | `\"\"` | In front of keys. |\n"
                    "| `tags` | list | `[]` | Words. |\n"
                    "| `log` | map |  | Logging. |\n"
                    "| `log.level` | text | `info` | How much. |\n"
                    "| `users` | name: map |  | Users. |\n"
                    "| `users.NAME.password` | text | required | The hash: `a\\|b`. Secret: may be "
                    "given as `password_file`. |\n"
                    "| `grants` | list of maps |  | Grants. |\n"
                    "| `grants[].password` | text | required | The hash: `a\\|b`. Secret: may be "
                    "given as `password_file`. |\n"),
        config::explainMarkdown("storage-x", kSpecs));
  }

  void nothingToSetIsSaid() {
    CPPUNIT_ASSERT_EQUAL(std::string("cache-x\n  has no settings\n"),
                         config::explain("cache-x", {}));
    CPPUNIT_ASSERT_EQUAL(std::string("## cache-x\n\nNo settings.\n"),
                         config::explainMarkdown("cache-x", {}));
  }

  void everySettingOfTheHostIsExplained() {
    for (const auto specs :
         {config::serverSettings(), config::pluginsSettings(), config::storageSettings(),
          config::cacheSettings(), config::accessSettings(), config::composedAccessSettings(),
          config::repositorySettings()}) {
      const std::string text = config::explain("title", specs);
      for (const SettingSpec& spec : specs) {
        CPPUNIT_ASSERT_MESSAGE(
            spec.name, text.find("\n  " + std::string(spec.name) + ": ") != std::string::npos);
        CPPUNIT_ASSERT_MESSAGE(spec.name, std::string_view(spec.help).ends_with("."));
      }
    }
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ExplainTest);

}  // namespace
