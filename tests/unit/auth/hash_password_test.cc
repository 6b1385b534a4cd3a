#include "core/auth/hash_password.h"

#include <deque>
#include <sstream>

#include "core/auth/passwords.h"
#include "tests/support/test.h"

namespace {

using larder::auth::hashPassword;
using larder::auth::HashPasswordOptions;

class HashPasswordTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(HashPasswordTest);
  CPPUNIT_TEST(readsOneLineFromInput);
  CPPUNIT_TEST(takesExactlyOneNewlineOff);
  CPPUNIT_TEST(refusesUnusableInput);
  CPPUNIT_TEST(asksTwiceAndShowsNothing);
  CPPUNIT_TEST(refusesPasswordsThatDiffer);
  CPPUNIT_TEST(withoutTerminalItSaysHow);
  CPPUNIT_TEST(unknownSchemeIsAnArgumentErrorBeforeAnybodyTypes);
  CPPUNIT_TEST_SUITE_END();

 public:
  void readsOneLineFromInput() {
    CPPUNIT_ASSERT_EQUAL(0, run({.scheme = "", .fromInput = true}, "correct horse\n"));
    CPPUNIT_ASSERT(hash().starts_with("$y$"));
    CPPUNIT_ASSERT(passwords_.verify("correct horse", hash()));
    CPPUNIT_ASSERT_EQUAL(std::string(), err_.str());
    CPPUNIT_ASSERT_EQUAL(0, run({.scheme = "sha512", .fromInput = true}, "correct horse"));
    CPPUNIT_ASSERT(hash().starts_with("$6$"));
    CPPUNIT_ASSERT(passwords_.verify("correct horse", hash()));
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, asked_);
  }

  void takesExactlyOneNewlineOff() {
    CPPUNIT_ASSERT_EQUAL(0, run({.scheme = "sha256", .fromInput = true}, " x\r\n"));
    CPPUNIT_ASSERT(passwords_.verify(" x\r", hash()));
    CPPUNIT_ASSERT_EQUAL(1, run({.scheme = "sha256", .fromInput = true}, "x\n\n"));
  }

  void refusesUnusableInput() {
    for (const std::string& bad :
         {std::string(), std::string("\n"), std::string("a\nb\n"), std::string("a\0b", 3),
          std::string(4097, 'p'), std::string(9000, 'p')}) {
      CPPUNIT_ASSERT_EQUAL(1, run({.scheme = "pbkdf2-sha512", .fromInput = true}, bad));
      CPPUNIT_ASSERT_EQUAL(std::string(), out_.str());
      CPPUNIT_ASSERT(!err_.str().empty());
    }
    CPPUNIT_ASSERT_EQUAL(
        0, run({.scheme = "pbkdf2-sha512", .fromInput = true}, std::string(4096, 'p') + "\n"));
  }

  void asksTwiceAndShowsNothing() {
    answers_ = {"correct horse", "correct horse"};
    CPPUNIT_ASSERT_EQUAL(0, run({.scheme = "sha512"}, "not this"));
    CPPUNIT_ASSERT(passwords_.verify("correct horse", hash()));
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, asked_);
    CPPUNIT_ASSERT((out_.str() + err_.str()).find("correct") == std::string::npos);
  }

  void refusesPasswordsThatDiffer() {
    answers_ = {"correct horse", "correct hrose"};
    CPPUNIT_ASSERT_EQUAL(1, run({.scheme = "sha512"}, ""));
    CPPUNIT_ASSERT_EQUAL(std::string("the two passwords are not the same\n"), err_.str());
    CPPUNIT_ASSERT_EQUAL(std::string(), out_.str());
    answers_ = {"correct horse"};
    CPPUNIT_ASSERT_EQUAL(1, run({.scheme = "sha512"}, ""));
    answers_ = {"", ""};
    CPPUNIT_ASSERT_EQUAL(1, run({.scheme = "sha512"}, ""));
  }

  void withoutTerminalItSaysHow() {
    answers_ = {};
    CPPUNIT_ASSERT_EQUAL(1, run({.scheme = "sha512"}, "secret\n"));
    CPPUNIT_ASSERT(err_.str().find("--stdin") != std::string::npos);
  }

  void unknownSchemeIsAnArgumentErrorBeforeAnybodyTypes() {
    answers_ = {"correct horse", "correct horse"};
    CPPUNIT_ASSERT_EQUAL(2, run({.scheme = "md5"}, ""));
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, asked_);
    CPPUNIT_ASSERT(err_.str().find("md5") != std::string::npos);
    CPPUNIT_ASSERT(err_.str().find("yescrypt") != std::string::npos);
  }

 private:
  int run(const HashPasswordOptions& options, const std::string& input) {
    std::istringstream in(input);
    out_.str({});
    err_.str({});
    return hashPassword(options, in, out_, err_, [this](std::string_view) {
      ++asked_;
      std::optional<std::string> answer;
      if (answers_.empty()) return answer;
      answer = answers_.front();
      answers_.pop_front();
      return answer;
    });
  }
  std::string hash() const {
    const std::string text = out_.str();
    CPPUNIT_ASSERT(text.ends_with("\n"));
    return text.substr(0, text.size() - 1);
  }

  larder::auth::Passwords passwords_;
  std::deque<std::string> answers_;
  std::size_t asked_ = 0;
  std::ostringstream out_;
  std::ostringstream err_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(HashPasswordTest);

}  // namespace
