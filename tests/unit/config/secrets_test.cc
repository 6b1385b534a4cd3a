#include "core/config/secrets.h"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "tests/support/test.h"

namespace {

namespace config = larder::config;

class SecretsTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(SecretsTest);
  CPPUNIT_TEST(secretsAreMaskedLongestFirst);
  CPPUNIT_TEST(shortSecretsDoNotGarbleTexts);
  CPPUNIT_TEST(oneNewlineIsTakenOff);
  CPPUNIT_TEST(aFileForEverybodyIsNoticed);
  CPPUNIT_TEST(unusableFilesAreErrors);
  CPPUNIT_TEST_SUITE_END();

  larder::test::TemporaryDirectory directory_;

  std::string write(const std::string& name, const std::string& content) {
    std::ofstream(directory_ / name, std::ios::binary) << content;
    return directory_ / name;
  }

  std::string read(const std::string& content) {
    auto secret = config::readSecret(write("secret", content));
    LARDER_ASSERT_OK(secret);
    return secret->secret;
  }

  void refused(const std::string& path, const std::string& why) {
    const auto secret = config::readSecret(path);
    CPPUNIT_ASSERT(!secret.ok());
    CPPUNIT_ASSERT_MESSAGE(secret.error().message(),
                           secret.error().message().find(why) != std::string::npos);
  }

 public:
  void secretsAreMaskedLongestFirst() {
    config::Secrets secrets;
    secrets.add("hunter");
    secrets.add("hunter2hunter");
    CPPUNIT_ASSERT_EQUAL(std::string("a *** b *** c"),
                         secrets.masked("a hunter2hunter b hunter c"));
    CPPUNIT_ASSERT_EQUAL(std::string("******"), secrets.masked("hunterhunter"));
  }

  void shortSecretsDoNotGarbleTexts() {
    config::Secrets secrets;
    secrets.add("");
    secrets.add("a");
    secrets.add("abc");
    CPPUNIT_ASSERT_EQUAL(std::string("abcabc"), secrets.masked("abcabc"));
  }

  void oneNewlineIsTakenOff() {
    CPPUNIT_ASSERT_EQUAL(std::string("x"), read("x"));
    CPPUNIT_ASSERT_EQUAL(std::string("x"), read("x\n"));
    CPPUNIT_ASSERT_EQUAL(std::string("x"), read("x\r\n"));
    CPPUNIT_ASSERT_EQUAL(std::string("x\n"), read("x\n\n"));
    CPPUNIT_ASSERT_EQUAL(std::string(" x "), read(" x \n"));
  }

  void aFileForEverybodyIsNoticed() {
    const std::string path = write("secret", "x");
    ::chmod(path.c_str(), 0640);
    CPPUNIT_ASSERT(!config::readSecret(path)->readableByAll);
    ::chmod(path.c_str(), 0644);
    CPPUNIT_ASSERT(config::readSecret(path)->readableByAll);
  }

  void unusableFilesAreErrors() {
    refused(directory_ / "none", "create it or correct the path");
    refused(directory_.path(), "is no regular file");
    refused(write("empty", ""), "is empty");
    refused(write("newline", "\n"), "is empty");
    refused(write("nul", std::string("a\0b", 3)), "NUL");
    refused(write("large", std::string((64 << 10) + 1, 'x')), "larger than 64 KiB");
    LARDER_ASSERT_OK(config::readSecret(write("largest", std::string(64 << 10, 'x') + '\n')));
    CPPUNIT_ASSERT_EQUAL(0, ::mkfifo((directory_ / "fifo").c_str(), 0600));
    refused(directory_ / "fifo", "is no regular file");
    const std::string locked = write("locked", "x");
    ::chmod(locked.c_str(), 0);
    if (::geteuid() != 0) refused(locked, "let the server's user read it");
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(SecretsTest);

}  // namespace
