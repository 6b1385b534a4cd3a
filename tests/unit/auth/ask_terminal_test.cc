#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "core/auth/hash_password.h"
#include "tests/support/test.h"

namespace {

class AskTerminalTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(AskTerminalTest);
  CPPUNIT_TEST(whatIsTypedIsReadAndNotShown);
  CPPUNIT_TEST(interruptEndsTheQuestion);
  CPPUNIT_TEST(endOfInputEndsTheQuestion);
  CPPUNIT_TEST_SUITE_END();

 public:
  void whatIsTypedIsReadAndNotShown() {
    const std::string shown = type("corr\x7fr horse\n");  // with a backspace in it
    CPPUNIT_ASSERT_EQUAL(std::string("Password: \r\n[corr horse]\r\n"), shown);
  }

  void interruptEndsTheQuestion() {
    CPPUNIT_ASSERT_EQUAL(std::string("Password: \r\nnothing\r\n"), type("sec\x03"));
  }

  void endOfInputEndsTheQuestion() {
    CPPUNIT_ASSERT_EQUAL(std::string("Password: \r\nnothing\r\n"), type("\x04"));
  }

 private:
  /// What a terminal shows while a child asks and `keys` are typed after the prompt.
  static std::string type(const std::string& keys) {
    int terminal = -1;
    const pid_t child = forkpty(&terminal, nullptr, nullptr, nullptr);
    CPPUNIT_ASSERT(child >= 0);
    if (child == 0) {
      const auto answer = larder::auth::askTerminal("Password: ");
      const std::string text = answer ? "[" + *answer + "]\n" : "nothing\n";
      const ssize_t written = write(STDOUT_FILENO, text.data(), text.size());
      _exit(written == static_cast<ssize_t>(text.size()) ? 0 : 1);
    }
    std::string shown = readUntil(terminal, "Password: ");
    CPPUNIT_ASSERT(write(terminal, keys.data(), keys.size()) == static_cast<ssize_t>(keys.size()));
    shown += readUntil(terminal, "");
    int status = 0;
    waitpid(child, &status, 0);
    close(terminal);
    CPPUNIT_ASSERT_EQUAL(0, status);
    return shown;
  }

  /// Up to and with `end`; of an empty one, to the end of all.
  static std::string readUntil(int terminal, const std::string& end) {
    std::string text;
    for (char c = 0; (end.empty() || !text.ends_with(end)) && read(terminal, &c, 1) == 1;) {
      text.push_back(c);
    }
    return text;
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(AskTerminalTest);

}  // namespace
