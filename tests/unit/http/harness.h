#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/guarded.h"
#include "core/http/server.h"
#include "core/message/message.h"
#include "tests/support/test.h"

namespace larder::http::test {

/// Keeps the events it was given.
class EventLog final : public sdk::Logger {
 public:
  void log(sdk::Level, std::string_view event, std::string_view,
           std::span<const sdk::Field>) noexcept override {
    events_.lock()->emplace_back(event);
  }
  bool enabled(sdk::Level) const noexcept override { return true; }
  bool has(std::string_view event);

 private:
  Guarded<std::vector<std::string>> events_;
};

/// Numbers by name.
class Numbers final : public sdk::Metrics {
 public:
  sdk::Counter& counter(std::string_view name, std::string_view, const sdk::Labels&) override;
  sdk::Gauge& gauge(std::string_view name, std::string_view, const sdk::Labels&) override;
  sdk::Histogram& histogram(std::string_view, std::string_view, std::span<const double>,
                            const sdk::Labels&) override;
  double value(const std::string& name);

 private:
  struct Cell final : sdk::Counter, sdk::Gauge, sdk::Histogram {
    void add(std::uint64_t n) noexcept override { number += static_cast<double>(n); }
    void set(double value) noexcept override { number = value; }
    void add(double change) noexcept override { number += change; }
    void observe(double) noexcept override {}
    std::atomic<double> number = 0;
  };
  Cell& cell(std::string_view name);
  Guarded<std::map<std::string, std::unique_ptr<Cell>, std::less<>>> cells_;
};

/// A gate that a handler waits at until the test opens it.
class Gate {
 public:
  void open();
  void wait();
  /// Until somebody waits.
  void awaitVisitor();

 private:
  struct State {
    bool open = false;
    int visitors = 0;
  };
  Guarded<State> state_;
  std::condition_variable changed_;
};

/// Answers what the test says; remembers what it was asked and what came of it.
class ScriptedApplication final : public Application {
 public:
  using Script = std::function<Plan(const std::shared_ptr<const Request>&)>;

  struct Seen {
    std::string method;
    std::string target;
    std::string peer;
    int status = 0;
    std::uint64_t received = 0;
    std::uint64_t sent = 0;
  };

  ScriptedApplication();
  Plan plan(const std::shared_ptr<const Request>& request) override;
  Response failure(const Request* request, int status, std::string_view message) override;
  void done(const Done& done) noexcept override;

  /// Set before the server starts.
  std::map<std::string, Script> scripts;  // by path
  Script otherwise;

  /// Waits until that many requests have been answered.
  std::vector<Seen> finished(std::size_t count);
  std::vector<std::string> asked();

 private:
  Guarded<std::vector<Seen>> seen_;
  Guarded<std::vector<std::string>> asked_;
  std::condition_variable changed_;
};

/// Plans for scripts.
Plan answerNow(Response response);
Plan answerText(std::string text, int status = 200);
Plan handleWith(std::function<Response(std::shared_ptr<Body>)> handle,
                std::uint64_t bodyLimit = 1 << 20);
/// "<size>:<first 100 bytes>" of the body.
Plan echo(std::uint64_t bodyLimit = 1 << 20);
std::string bytesOf(const Body& body);

struct Reply {
  int status = 0;
  std::string reason;
  std::multimap<std::string, std::string> headers;  // names in lower case
  std::string body;
  bool whole = false;  // framing satisfied
  std::string header(const std::string& name) const;
};

/// A client that sends exactly the bytes it is told to.
class Client {
 public:
  explicit Client(const std::string& address);
  ~Client();
  Client(Client&& other) noexcept : fd_(other.fd_), rest_(std::move(other.rest_)) {
    other.fd_ = -1;
  }
  Client& operator=(Client&&) = delete;

  Client& send(std::string_view bytes);
  /// The next response; `head`: it answers HEAD. Interim responses count.
  Reply read(bool head = false);
  std::string readSome();
  /// Everything until the server ends the connection.
  std::string readAll();
  bool endedByServer();  ///< Clean end, nothing before it.
  bool wasReset();       ///< The last read failed with a reset.
  void halfClose();
  void closeNow();
  int fd() const { return fd_; }

 private:
  bool fill();
  int fd_ = -1;
  std::string rest_;
  bool reset_ = false;
};

/// A server on a free port of the loopback with short deadlines where asked.
class Fixture {
 public:
  explicit Fixture(std::function<void(ServerOptions&, ScriptedApplication&)> prepare = {});
  ~Fixture();

  Client connect() { return Client(address()); }
  /// One request on a connection of its own.
  Reply ask(const std::string& request, bool head = false);
  std::string address() const { return server->addresses().front(); }

  larder::test::TemporaryDirectory directory;
  EventLog log;
  Numbers numbers;
  ScriptedApplication application;
  std::unique_ptr<Server> server;
};

std::string get(std::string_view path, std::string_view headers = "");

}  // namespace larder::http::test
