#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <string>
#include <utility>

#include "core/base/guarded.h"
#include "core/base/pool.h"
#include "core/http/server.h"
#include "core/http/tls.h"
#include "core/message/message.h"
#include "core/message/proxies.h"
#include "larder/sdk/host.h"

namespace larder::http {

/// The engine's metrics, looked up once.
struct Telemetry {
  explicit Telemetry(sdk::Metrics& metrics);

  sdk::Gauge& connections;
  sdk::Gauge& inFlight;
  sdk::Gauge& queued;
  sdk::Counter& accepted;
  sdk::Counter& acceptFailures;
  sdk::Counter& received;
  sdk::Counter& sent;
  sdk::Counter& refused;
  sdk::Counter& poolRejected;
  sdk::Counter& overdue;
  sdk::Counter& threw;
  sdk::Counter& aborted;
};

/// What all loops and connections of a server share.
struct Engine {
  Engine(ServerOptions chosen, Application& app, sdk::Logger& log, sdk::Metrics& metrics);

  /// Application::plan behind a barrier: an exception becomes a 500.
  Plan plan(const std::shared_ptr<const Request>& request);
  /// Application::failure behind a barrier.
  Response failure(const Request* request, int status, std::string_view message);
  /// A failure that is worth trying again soon.
  Response busy(const Request* request, std::string_view message);
  void reportThrown(const Request* request, std::string_view what) noexcept;
  /// Of a request that found the pool's queue full.
  void reportSaturated() noexcept;

  /// Unique, at most 15 characters while the server is young.
  void nextId(std::string& id);

  const ServerOptions options;
  Application& application;
  sdk::Logger& logger;
  Telemetry telemetry;
  TrustedProxies proxies;
  Tls tls;
  Pool pool;
  std::atomic<bool> stopping = false;

  /// Open connections of all loops; `closed` is notified when one goes.
  Guarded<std::size_t> open;
  std::condition_variable closed;

 private:
  const std::string idPrefix_;
  std::atomic<std::uint64_t> ids_ = 0;
  std::atomic<std::int64_t> saturatedAt_ = 0;  // seconds of the steady clock
};

}  // namespace larder::http
