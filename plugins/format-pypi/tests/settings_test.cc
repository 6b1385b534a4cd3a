#include "pypi_settings.h"
#include "tests/fakes/fake_settings.h"
#include "tests/support/test.h"

namespace {

class SettingsTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(SettingsTest);
  CPPUNIT_TEST(noUpstreamIsFine);
  CPPUNIT_TEST(anyOtherModeIsAProblem);
  CPPUNIT_TEST_SUITE_END();

  static std::vector<std::string> problemsWith(const char* mode) {
    larder::test::FakeSettings settings;
    settings.at("upstream").set("mode", mode);
    larder::test::FakeProblems problems;
    larder::pypi::checkSettings(settings, problems);
    return problems.problems;
  }

 public:
  void noUpstreamIsFine() { CPPUNIT_ASSERT(problemsWith("none").empty()); }

  void anyOtherModeIsAProblem() {
    for (const char* mode : {"redirect", "cache", "None", ""}) {
      const auto problems = problemsWith(mode);
      CPPUNIT_ASSERT_EQUAL(std::size_t{1}, problems.size());
      CPPUNIT_ASSERT(problems[0].find(std::string("'") + mode + "'") != std::string::npos);
      CPPUNIT_ASSERT(problems[0].find("write none") != std::string::npos);
    }
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(SettingsTest);

}  // namespace
