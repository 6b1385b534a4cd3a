#include "core/server/arguments.h"

#include "tests/support/test.h"

namespace {

namespace server = larder::server;

const std::vector<server::OptionSpec> kSpecs{
    {"config", "c", "FILE", "the configuration"},
    {"listen", "", "ADDR", "an address", true},
    {"stdin", "", "", "read standard input"},
};

class ArgumentsTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(ArgumentsTest);
  CPPUNIT_TEST(optionsStandAnywhereInEverySpelling);
  CPPUNIT_TEST(doubleDashEndsOptions);
  CPPUNIT_TEST(wrongWordsAreInvalid);
  CPPUNIT_TEST_SUITE_END();

 public:
  void optionsStandAnywhereInEverySpelling() {
    const auto parsed = server::parseArguments(
        kSpecs, {"pypi", "-c", "a.yaml", "--listen", "x:1", "--listen=y:2", "--stdin", "debian"});
    LARDER_ASSERT_OK(parsed);
    CPPUNIT_ASSERT_EQUAL(std::string("a.yaml"), parsed->value("config"));
    CPPUNIT_ASSERT(parsed->values("listen") == std::vector<std::string>({"x:1", "y:2"}));
    CPPUNIT_ASSERT(parsed->has("stdin"));
    CPPUNIT_ASSERT(parsed->positional == std::vector<std::string>({"pypi", "debian"}));
    CPPUNIT_ASSERT_EQUAL(std::string("b"),
                         server::parseArguments(kSpecs, {"-cb"})->value("config"));
    CPPUNIT_ASSERT_EQUAL(std::string("d"),
                         server::parseArguments(kSpecs, {})->value("config", "d"));
  }

  void doubleDashEndsOptions() {
    const auto parsed = server::parseArguments(kSpecs, {"--", "--stdin"});
    LARDER_ASSERT_OK(parsed);
    CPPUNIT_ASSERT(!parsed->has("stdin") && parsed->positional.front() == "--stdin");
  }

  void wrongWordsAreInvalid() {
    for (const auto& words : std::vector<std::vector<std::string>>{
             {"--unknown"}, {"-x"}, {"--config"}, {"--stdin=yes"}, {"-c", "a", "-c", "b"}}) {
      CPPUNIT_ASSERT_MESSAGE(words.front(), !server::parseArguments(kSpecs, words));
    }
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ArgumentsTest);

}  // namespace
