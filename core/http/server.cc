#include "core/http/server.h"

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <memory>
#include <thread>

#include "core/http/acceptor.h"
#include "core/http/engine.h"
#include "core/http/listener.h"
#include "core/http/loop.h"

namespace larder::http {
namespace {

/// Raises the limit on open files as far as allowed; the share of it that is for
/// connections, as each may have a file or a source open too.
std::size_t connectionsAllowed() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return 512;
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  return static_cast<std::size_t>(std::clamp<rlim_t>(files.rlim_cur * 4 / 5, 64, 1'000'000));
}

ServerOptions completed(ServerOptions options) {
  if (options.loops == 0) options.loops = std::max(1U, std::thread::hardware_concurrency());
  if (options.poolThreads == 0) options.poolThreads = 1;
  const std::size_t allowed = connectionsAllowed();
  if (options.maxConnections == 0) options.maxConnections = allowed;
  return options;
}

}  // namespace

class Server::Running {
 public:
  Running(ServerOptions options, Application& application, sdk::Logger& logger,
          sdk::Metrics& metrics)
      : engine_(completed(std::move(options)), application, logger, metrics) {}

  ~Running() { stop(std::chrono::milliseconds(0)); }

  sdk::Result<void> start() {
    LARDER_TRY_ASSIGN(engine_.proxies, TrustedProxies::parse(engine_.options.trustedProxies));
    if (secure()) LARDER_TRY(reloadTls());
    for (const std::string& address : engine_.options.listen) {
      auto listener = Listener::open(address);
      if (!listener) {
        listeners_.clear();
        return std::move(listener).error();
      }
      listeners_.push_back(std::move(listener).value());
    }
    try {
      startLoops();
    } catch (const std::exception& problem) {
      return sdk::Error(sdk::Errc::Unavailable, problem.what());
    }
    return {};
  }

  std::vector<std::string> addresses() const {
    std::vector<std::string> all;
    for (const Listener& listener : listeners_) all.push_back(listener.address());
    return all;
  }

  sdk::Result<void> reloadTls() {
    if (!secure()) return {};
    return engine_.tls.load(engine_.options.tlsCertificate, engine_.options.tlsKey);
  }

  void stop(std::chrono::milliseconds grace) {
    engine_.stopping = true;
    auto watching = std::make_shared<std::atomic<std::size_t>>(loops_.size());
    onEachLoop([this, watching](Loop& loop) {
      for (const auto& acceptor : acceptors_) acceptor->end(loop);
      loop.forEach([](Connection& connection) { connection.finishSoon(); });
      if (--*watching > 0) return;
      for (Listener& listener : listeners_) listener.refuse();
    });
    {
      auto open = engine_.open.lock();
      engine_.closed.wait_for(open.raw(), grace, [&] { return *open == 0; });
    }
    // What is left is cancelled and cut off when its loop ends.
    for (const auto& loop : loops_) loop->finish();
    engine_.pool.stop();
    acceptors_.clear();
    listeners_.clear();
  }

 private:
  bool secure() const noexcept { return !engine_.options.tlsCertificate.empty(); }

  void startLoops() {
    for (std::size_t i = 0; i < engine_.options.loops; ++i) {
      loops_.push_back(std::make_unique<Loop>(engine_));
    }
    for (const Listener& listener : listeners_) {
      for (const auto& loop : loops_) {
        acceptors_.push_back(std::make_unique<Acceptor>(engine_, *loop, loops_, listener,
                                                        secure() && !listener.isUnix()));
      }
    }
    for (const auto& loop : loops_) loop->start();
    onEachLoop([this](Loop& loop) {
      for (const auto& acceptor : acceptors_) acceptor->begin(loop);
    });
  }

  void onEachLoop(const std::function<void(Loop&)>& work) {
    for (const auto& loop : loops_) {
      loop->post([&target = *loop, work] { work(target); });
    }
  }

  Engine engine_;
  std::vector<Listener> listeners_;
  std::vector<std::unique_ptr<Loop>> loops_;
  std::vector<std::unique_ptr<Acceptor>> acceptors_;
};

Server::Server(ServerOptions options, Application& application, sdk::Logger& logger,
               sdk::Metrics& metrics)
    : running_(std::make_unique<Running>(std::move(options), application, logger, metrics)) {}

Server::~Server() = default;

sdk::Result<void> Server::start() { return running_->start(); }

std::vector<std::string> Server::addresses() const { return running_->addresses(); }

void Server::stop(std::chrono::milliseconds grace) { running_->stop(grace); }

sdk::Result<void> Server::reloadTls() { return running_->reloadTls(); }

}  // namespace larder::http
