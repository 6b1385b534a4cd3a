#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/guarded.h"
#include "core/message/message.h"
#include "core/observe/access_log.h"
#include "core/web/router.h"
#include "core/web/security.h"
#include "core/web/site.h"
#include "larder/sdk/host.h"

namespace larder::web {

class Exchange;

struct DispatcherOptions {
  std::string baseUrl;  ///< Empty: from the request.
  std::uint64_t uploadLimit = 0;
  std::chrono::milliseconds admitBudget{15000};
  std::chrono::milliseconds handlerBudget{60000};
};

/// The application behind the connection engine: finds the route, learns who is
/// asking, has the gate decide, runs the format's handler, and renders failures
/// the format's way. Thread-safe.
class Dispatcher final : public http::Application {
 public:
  /// `sites` and what they point to outlive the dispatcher. `access` may be null.
  Dispatcher(DispatcherOptions options, const std::vector<Site>& sites, sdk::Logger& logger,
             sdk::Metrics& metrics, sdk::Clock& clock, observe::AccessLog* access);
  ~Dispatcher() override;

  /// Builds the table of routes. Errors: Invalid when two sites claim one address.
  sdk::Result<void> build();

  /// Puts other access rules in force; requests that run keep the ones they began
  /// with. Must be called once before the first request.
  void secure(std::shared_ptr<const Security> security) { security_.write()->swap(security); }

  http::Plan plan(const std::shared_ptr<const http::Request>& request) override;
  http::Response failure(const http::Request* request, int status,
                         std::string_view message) override;
  void done(const http::Done& done) noexcept override;

 private:
  friend class Exchange;

  http::Plan planRoute(const std::shared_ptr<const http::Request>& request, Segments path,
                       Router::Target target);
  http::Response unknown(const http::Request& request, const Segments& path);
  sdk::Counter& requests(std::size_t site, int status);

  const DispatcherOptions options_;
  const std::vector<Site>& sites_;
  sdk::Logger& logger_;
  sdk::Metrics& metrics_;
  sdk::Clock& clock_;
  observe::AccessLog* access_;
  Router router_;
  SharedGuarded<std::shared_ptr<const Security>> security_;
  std::vector<std::array<sdk::Counter*, 6>> counters_;  // per site (the last: none), per class
  sdk::Counter* unguarded_ = nullptr;
  sdk::Histogram* seconds_ = nullptr;
};

}  // namespace larder::web
