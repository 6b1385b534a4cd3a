#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <csignal>

#include "core/auth/hash_password.h"
#include "core/auth/password_schemes.h"

namespace larder::auth {
namespace {

constexpr char kInterrupt = 3;

/// Echo is off and signals wait while this lives: Ctrl-C must not leave a
/// terminal that shows nothing.
class Silence {
 public:
  explicit Silence(int terminal) : terminal_(terminal) {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int signal : {SIGINT, SIGTERM, SIGTSTP, SIGQUIT, SIGHUP}) {
      sigaddset(&signals, signal);
    }
    pthread_sigmask(SIG_BLOCK, &signals, &before_);
    silent_ = tcgetattr(terminal_, &shown_) == 0;
    if (!silent_) return;
    termios hidden = shown_;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHONL);
    // Ctrl-C is a key that ends the line.
    hidden.c_lflag &= ~static_cast<tcflag_t>(ISIG);
    hidden.c_cc[VEOL] = kInterrupt;
    silent_ = tcsetattr(terminal_, TCSAFLUSH, &hidden) == 0;
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;
  ~Silence() {
    if (silent_) tcsetattr(terminal_, TCSAFLUSH, &shown_);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

  bool silent() const noexcept { return silent_; }

 private:
  int terminal_;
  bool silent_ = false;
  termios shown_{};
  sigset_t before_{};
};

bool say(int terminal, std::string_view text) {
  return write(terminal, text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

std::optional<std::string> readLine(int terminal) {
  std::string line;
  for (char c = 0; read(terminal, &c, 1) == 1;) {
    if (c == '\n') return line;
    if (c == kInterrupt) return std::nullopt;
    line.push_back(c);
    if (line.size() > kLongestSecret) return line;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> askTerminal(std::string_view prompt) {
  const int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
  if (terminal < 0) return std::nullopt;
  std::optional<std::string> line;
  {
    const Silence silence(terminal);
    if (silence.silent() && say(terminal, prompt)) {
      line = readLine(terminal);
      say(terminal, "\n");
    }
  }
  close(terminal);
  return line;
}

}  // namespace larder::auth
