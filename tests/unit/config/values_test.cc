#include "core/config/values.h"

#include "tests/support/test.h"

namespace {

namespace config = larder::config;
using std::chrono::milliseconds;

class ValuesTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(ValuesTest);
  CPPUNIT_TEST(durationsHaveOneUnit);
  CPPUNIT_TEST(malformedDurationsAreRefused);
  CPPUNIT_TEST(sizesAreDecimalOrBinary);
  CPPUNIT_TEST(malformedSizesAreRefused);
  CPPUNIT_TEST(integersAreDecimal);
  CPPUNIT_TEST(booleansAreTrueAndFalseOnly);
  CPPUNIT_TEST_SUITE_END();

 public:
  void durationsHaveOneUnit() {
    CPPUNIT_ASSERT(config::parseDuration("250ms") == milliseconds(250));
    CPPUNIT_ASSERT(config::parseDuration("90s") == milliseconds(90'000));
    CPPUNIT_ASSERT(config::parseDuration("5m") == milliseconds(300'000));
    CPPUNIT_ASSERT(config::parseDuration("24h") == milliseconds(86'400'000));
    CPPUNIT_ASSERT(config::parseDuration("7d") == config::parseDuration("168h"));
    CPPUNIT_ASSERT(config::parseDuration("0") == milliseconds(0));
    CPPUNIT_ASSERT(config::parseDuration("3650d").has_value());
  }

  void malformedDurationsAreRefused() {
    for (const char* bad : {"", "5", "s", "-1s", "+1s", "1.5h", "1h30m", "1 s", " 1s", "1S", "1min",
                            "3651d", "99999999999999999999s", "18446744073709551615d"}) {
      CPPUNIT_ASSERT_MESSAGE(bad, !config::parseDuration(bad));
    }
  }

  void sizesAreDecimalOrBinary() {
    CPPUNIT_ASSERT(config::parseSize("0") == 0U);
    CPPUNIT_ASSERT(config::parseSize("1000") == 1000U);
    CPPUNIT_ASSERT(config::parseSize("10kB") == 10'000U);
    CPPUNIT_ASSERT(config::parseSize("64MiB") == 64U << 20);
    CPPUNIT_ASSERT(config::parseSize("4GiB") == std::uint64_t{4} << 30);
    CPPUNIT_ASSERT(config::parseSize("2TB") == 2'000'000'000'000U);
    CPPUNIT_ASSERT(config::parseSize("9223372036854775807") == std::uint64_t{INT64_MAX});
  }

  void malformedSizesAreRefused() {
    for (const char* bad : {"", "B", "-1", "1.5GiB", "4 GiB", "4gib", "4GB ", "1K", "1KB", "10PB",
                            "9223372036854775808", "8388608TiB", "0x10"}) {
      CPPUNIT_ASSERT_MESSAGE(bad, !config::parseSize(bad));
    }
  }

  void integersAreDecimal() {
    CPPUNIT_ASSERT(config::parseInteger("0") == 0);
    CPPUNIT_ASSERT(config::parseInteger("-12") == -12);
    CPPUNIT_ASSERT(config::parseInteger("9223372036854775807") == INT64_MAX);
    for (const char* bad : {"", "-", "+1", "010", "0x10", "1e3", "1.0", "1_000", "1 ", "-01",
                            "9223372036854775808"}) {
      CPPUNIT_ASSERT_MESSAGE(bad, !config::parseInteger(bad));
    }
  }

  void booleansAreTrueAndFalseOnly() {
    CPPUNIT_ASSERT(config::parseBoolean("true") == true);
    CPPUNIT_ASSERT(config::parseBoolean("false") == false);
    for (const char* bad : {"", "yes", "True", "1", "on"}) {
      CPPUNIT_ASSERT_MESSAGE(bad, !config::parseBoolean(bad));
    }
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ValuesTest);

}  // namespace
