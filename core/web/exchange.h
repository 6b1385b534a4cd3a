#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "core/auth/authorization.h"
#include "core/web/dispatcher.h"
#include "core/web/web_request.h"
#include "larder/sdk/context.h"

namespace larder::web {

/// One request from its head to its answer: who is asking, may they, the handler.
/// The steps run one after another, on whichever thread; only cancel() may come
/// from another one at any time.
class Exchange final : public std::enable_shared_from_this<Exchange>, private sdk::Context {
 public:
  Exchange(Dispatcher& dispatcher, const Site& site, const sdk::Route& route,
           std::unique_ptr<WebRequest> request, const SiteSecurity& security,
           std::shared_ptr<const Security> keep);

  /// Decides what can be decided in the event loop and plans the rest.
  http::Plan plan();

  /// An error in the words of the site's format, with what the status asks for.
  http::Response fail(int status, std::string_view message);

 private:
  std::chrono::steady_clock::time_point deadline() const noexcept override { return deadline_; }
  bool cancelled() const noexcept override { return cancelled_.load(std::memory_order_relaxed); }
  std::string_view requestId() const noexcept override { return request_->head().id; }

  std::optional<http::Response> readAuthorization();
  std::optional<http::Response> admit();
  std::optional<http::Response> authenticate();
  void become(sdk::Identity identity);
  bool blindUpload() const noexcept;
  std::optional<sdk::Result<void>> gateNow();
  sdk::Result<void> gate();
  std::optional<http::Response> fast();
  http::Response handle(const std::shared_ptr<http::Body>& body);
  http::Response fail(const sdk::Error& error);
  http::Response finish(sdk::Response response);
  void protect(http::Response& response);
  std::uint64_t bodyLimit() const noexcept;

  Dispatcher& dispatcher_;
  const Site& site_;
  const sdk::Route& route_;
  std::unique_ptr<WebRequest> request_;
  SiteSecurity security_;
  std::shared_ptr<const Security> keep_;
  std::optional<auth::Login> login_;
  bool admitted_ = false;
  std::chrono::steady_clock::time_point deadline_;
  std::atomic<bool> cancelled_ = false;
};

}  // namespace larder::web
