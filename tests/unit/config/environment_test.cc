#include "core/config/environment.h"

#include <stdlib.h>

#include "tests/support/test.h"

namespace {

namespace config = larder::config;

std::optional<std::string> environment(const std::string& name) {
  if (name == "HOME_2") return "/srv";
  if (name == "EMPTY") return "";
  if (name == "NESTED") return "${HOME_2}";
  return std::nullopt;
}

class EnvironmentTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(EnvironmentTest);
  CPPUNIT_TEST(variablesAreReplaced);
  CPPUNIT_TEST(defaultsStandInForUnsetAndEmpty);
  CPPUNIT_TEST(dollarsStayAndTwoMakeABrace);
  CPPUNIT_TEST(valuesAreNotLookedAtAgain);
  CPPUNIT_TEST(mistakesAreErrorsWithoutValues);
  CPPUNIT_TEST(theProcessHasItsOwn);
  CPPUNIT_TEST_SUITE_END();

  static std::string expanded(std::string_view text) {
    auto result = config::substitute(text, environment);
    LARDER_ASSERT_OK(result);
    return std::move(result).value();
  }

  static std::string refused(std::string_view text) {
    const auto result = config::substitute(text, environment);
    CPPUNIT_ASSERT_MESSAGE(std::string(text), !result.ok());
    return result.error().message();
  }

 public:
  void variablesAreReplaced() {
    CPPUNIT_ASSERT_EQUAL(std::string("/srv"), expanded("${HOME_2}"));
    CPPUNIT_ASSERT_EQUAL(std::string("a/srv/srvb"), expanded("a${HOME_2}${HOME_2}b"));
    CPPUNIT_ASSERT_EQUAL(std::string("[]"), expanded("[${EMPTY}]"));
  }

  void defaultsStandInForUnsetAndEmpty() {
    CPPUNIT_ASSERT_EQUAL(std::string("x"), expanded("${UNSET:-x}"));
    CPPUNIT_ASSERT_EQUAL(std::string("x"), expanded("${EMPTY:-x}"));
    CPPUNIT_ASSERT_EQUAL(std::string(""), expanded("${UNSET:-}"));
    CPPUNIT_ASSERT_EQUAL(std::string("/srv"), expanded("${HOME_2:-x}"));
    CPPUNIT_ASSERT_EQUAL(std::string("a:-b"), expanded("${UNSET:-a:-b}"));
  }

  void dollarsStayAndTwoMakeABrace() {
    CPPUNIT_ASSERT_EQUAL(std::string("$6$salt$hash$"), expanded("$6$salt$hash$"));
    CPPUNIT_ASSERT_EQUAL(std::string("$$"), expanded("$$"));
    CPPUNIT_ASSERT_EQUAL(std::string("$HOME_2 {x}"), expanded("$HOME_2 {x}"));
    CPPUNIT_ASSERT_EQUAL(std::string("${HOME_2}"), expanded("$${HOME_2}"));
    CPPUNIT_ASSERT_EQUAL(std::string("a${/srv"), expanded("a$${${HOME_2}"));
  }

  void valuesAreNotLookedAtAgain() {
    CPPUNIT_ASSERT_EQUAL(std::string("${HOME_2}"), expanded("${NESTED}"));
  }

  void mistakesAreErrorsWithoutValues() {
    CPPUNIT_ASSERT_EQUAL(std::string("environment variable UNSET is not set; set it or write "
                                     "${UNSET:-default}"),
                         refused("${UNSET}"));
    CPPUNIT_ASSERT(refused("pass${word").find("${ without its }") == 0);
    for (const char* malformed : {"${}", "${1A}", "${a b}", "${:-x}", "${A-x}", "${pass!word}"}) {
      CPPUNIT_ASSERT(refused(malformed).find("no name of an environment variable") !=
                     std::string::npos);
      CPPUNIT_ASSERT(refused(malformed).find("pass") == std::string::npos);
    }
  }

  void theProcessHasItsOwn() {
    ::setenv("LARDER_TEST_VARIABLE", "here", 1);
    CPPUNIT_ASSERT(config::processEnvironment("LARDER_TEST_VARIABLE") == "here");
    ::unsetenv("LARDER_TEST_VARIABLE");
    CPPUNIT_ASSERT(!config::processEnvironment("LARDER_TEST_VARIABLE"));
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(EnvironmentTest);

}  // namespace
