#include "core/config/problems.h"

#include "tests/support/test.h"

namespace {

namespace config = larder::config;
using Lines = std::vector<std::string>;

class ProblemsTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(ProblemsTest);
  CPPUNIT_TEST(linesAreInTheOrderOfTheFileAndOnce);
  CPPUNIT_TEST(errorsOfPluginsAreSortedByTheirPlace);
  CPPUNIT_TEST(errorsWithoutAPlaceAreKept);
  CPPUNIT_TEST(warningsPreventNothing);
  CPPUNIT_TEST_SUITE_END();

  config::Problems problems_;

  static larder::sdk::Error error(std::string text) {
    return {larder::sdk::Errc::Invalid, std::move(text)};
  }

 public:
  void linesAreInTheOrderOfTheFileAndOnce() {
    CPPUNIT_ASSERT(problems_.empty());
    problems_.add({"f", 10, 1}, "b", "why");
    problems_.add({"f", 9, 7}, "a", "why");
    problems_.add({"f", 10, 1}, "b", "why");
    problems_.add({"f", 9, 3}, "a", "other");
    problems_.add({"f", 0, 0}, "", "whole");
    problems_.add({}, "", "nowhere");
    CPPUNIT_ASSERT(!problems_.empty());
    CPPUNIT_ASSERT((problems_.lines() == Lines{"nowhere", "f: whole", "f:9:3: a: other",
                                               "f:9:7: a: why", "f:10:1: b: why"}));
  }

  void errorsOfPluginsAreSortedByTheirPlace() {
    problems_.add({"dir:x/f", 10, 1}, "b", "why");
    problems_.add(error("dir:x/f:9:1: a.b: found 3:4: wrong"));
    CPPUNIT_ASSERT(
        (problems_.lines() == Lines{"dir:x/f:9:1: a.b: found 3:4: wrong", "dir:x/f:10:1: b: why"}));
  }

  void errorsWithoutAPlaceAreKept() {
    problems_.add(error("something is wrong"));
    problems_.add(error("something else is wrong"));
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, problems_.lines().size());
  }

  void warningsPreventNothing() {
    problems_.warn({"f", 1, 1}, "a", "odd");
    CPPUNIT_ASSERT(problems_.empty() && problems_.lines().empty());
    CPPUNIT_ASSERT(problems_.warnings() == Lines{"f:1:1: a: odd"});
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ProblemsTest);

}  // namespace
