#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/auth/gate.h"
#include "core/message/message.h"
#include "core/web/router.h"
#include "core/web/site.h"
#include "larder/sdk/format.h"

namespace larder::web {

/// An http::Request as a format sees it.
class WebRequest final : public sdk::Request {
 public:
  /// `query` is the decoded query string; `baseUrl` the configured one or empty.
  WebRequest(std::shared_ptr<const http::Request> head, const Site& site, Segments path,
             Pattern::Params params, Pairs query, std::string_view baseUrl);

  std::string_view method() const noexcept override { return head_->method; }
  std::string_view path() const noexcept override { return path_; }
  std::string_view param(std::string_view name) const override;
  std::optional<std::string_view> query(std::string_view name) const override;
  std::vector<std::string_view> queryAll(std::string_view name) const override;
  std::optional<std::string_view> header(std::string_view name) const override;
  std::string_view peer() const noexcept override { return head_->peer; }
  std::string_view externalBase() const noexcept override { return externalBase_; }
  std::string_view mount() const noexcept override { return mount_; }
  const sdk::Identity& identity() const noexcept override { return identity_; }
  sdk::Result<void> require(sdk::Context& ctx, sdk::Verb verb, std::string_view project) override;
  sdk::Result<bool> may(sdk::Context& ctx, sdk::Verb verb, std::string_view project) override;
  sdk::Result<std::vector<std::string>> filter(sdk::Context& ctx, sdk::Verb verb,
                                               std::vector<std::string> projects) override;
  sdk::Result<sdk::Form*> form(sdk::Context& ctx) override;
  sdk::SpooledContent& body() override { return *body_; }

  const http::Request& head() const noexcept { return *head_; }

  void setIdentity(sdk::Identity identity) { identity_ = std::move(identity); }
  void setGate(std::shared_ptr<auth::Gate> gate) { gate_ = std::move(gate); }
  void setBody(std::shared_ptr<sdk::SpooledContent> body) { body_ = std::move(body); }

  /// What require() would say, without blocking; nothing when it would block.
  std::optional<sdk::Result<void>> requireNow(sdk::Verb verb, std::string_view project);

  /// Whether require() or filter() has agreed to something.
  bool decided() const noexcept { return decided_; }

  /// What a client may be told about the Error that require() or form() gave last.
  const std::string& clientMessage() const noexcept { return clientMessage_; }

 private:
  sdk::Result<void> conclude(sdk::Result<auth::Decision> decision);

  std::shared_ptr<const http::Request> head_;
  const Site& site_;
  Pattern::Params params_;
  Pairs query_;
  std::string path_;
  std::string externalBase_;
  std::string mount_;
  mutable std::deque<std::pair<std::string, std::string>> joined_;  // headers of several fields
  sdk::Identity identity_;
  std::shared_ptr<auth::Gate> gate_;
  std::shared_ptr<sdk::SpooledContent> body_;
  std::optional<sdk::Form> form_;
  bool decided_ = false;
  std::string clientMessage_;
};

}  // namespace larder::web
