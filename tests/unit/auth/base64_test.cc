#include "core/auth/base64.h"

#include "tests/support/test.h"

namespace {

using larder::auth::Base64;
using larder::auth::decodeBase64;
using larder::auth::encodeBase64;

class Base64Test : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(Base64Test);
  CPPUNIT_TEST(theVectorsOfTheRfcGoBothWays);
  CPPUNIT_TEST(theAdaptedFormHasDotsAndNoPadding);
  CPPUNIT_TEST(whatNoEncoderWritesIsRefused);
  CPPUNIT_TEST(everyByteSurvives);
  CPPUNIT_TEST_SUITE_END();

 public:
  void theVectorsOfTheRfcGoBothWays() {
    const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                           {"f", "Zg=="},
                                                           {"fo", "Zm8="},
                                                           {"foo", "Zm9v"},
                                                           {"foob", "Zm9vYg=="},
                                                           {"fooba", "Zm9vYmE="},
                                                           {"foobar", "Zm9vYmFy"}};
    for (const auto& [bytes, text] : vectors) {
      CPPUNIT_ASSERT_EQUAL(std::string(text), encodeBase64(bytes, Base64::Standard));
      CPPUNIT_ASSERT(decodeBase64(text, Base64::Standard) == std::string(bytes));
    }
  }

  void theAdaptedFormHasDotsAndNoPadding() {
    CPPUNIT_ASSERT_EQUAL(std::string("..8"), encodeBase64("\xfb\xef", Base64::Adapted));
    CPPUNIT_ASSERT_EQUAL(std::string("++8="), encodeBase64("\xfb\xef", Base64::Standard));
    CPPUNIT_ASSERT(decodeBase64("..8", Base64::Adapted) == std::string("\xfb\xef"));
    CPPUNIT_ASSERT(!decodeBase64("++8", Base64::Adapted));
    CPPUNIT_ASSERT(!decodeBase64("..8=", Base64::Adapted));
  }

  void whatNoEncoderWritesIsRefused() {
    for (const char* bad :
         {"Z", "Zg", "Zg=", "Zg===", "Z===", "====", "=", "Zg==Zg==", "Zm9v ", " Zm9v", "Zm\n9v",
          "Zm9v=", "Zh==", "Zm9=", "Zm9-", "Zm9_", "Z\xc3\xa4g"}) {
      CPPUNIT_ASSERT_MESSAGE(bad, !decodeBase64(bad, Base64::Standard));
    }
  }

  void everyByteSurvives() {
    std::string bytes;
    for (int i = 0; i < 256; ++i) {
      bytes.push_back(static_cast<char>(i));
      for (const Base64 variant : {Base64::Standard, Base64::Adapted}) {
        CPPUNIT_ASSERT(decodeBase64(encodeBase64(bytes, variant), variant) == bytes);
      }
    }
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(Base64Test);

}  // namespace
