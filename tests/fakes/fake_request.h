#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "larder/sdk/format.h"

namespace larder::test {

/// A request as the host would hand it to a handler. Fill in what matters:
///
///     FakeRequest request("GET", "/simple/flywheel/");
///     request.params["project"] = "flywheel";
///     request.headers = {{"Accept", "text/html"}};
class FakeRequest final : public sdk::Request {
 public:
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  using Gate = std::function<sdk::Result<void>(sdk::Verb, std::string_view project)>;

  explicit FakeRequest(std::string method = "GET", std::string path = "/")
      : method_(std::move(method)), path_(std::move(path)) {}

  std::map<std::string, std::string, std::less<>> params;
  Pairs queries;
  Pairs headers;
  std::string client = "127.0.0.1";
  std::string base = "http://packages.example.org";
  std::string mountPath = "/";
  sdk::Identity who;
  Gate gate;  ///< None: everything is allowed.
  std::optional<sdk::Error> formError;

  void addField(std::string name, std::string value);
  void addFile(std::string field, std::string filename, std::string bytes,
               std::string contentType = "application/octet-stream");
  void setBody(std::string bytes);
  /// Whether require() agreed or filter() ran: what the host demands of a 2xx.
  bool decided() const noexcept { return decided_; }

  std::string_view method() const noexcept override { return method_; }
  std::string_view path() const noexcept override { return path_; }
  std::string_view param(std::string_view name) const override;
  std::optional<std::string_view> query(std::string_view name) const override;
  std::vector<std::string_view> queryAll(std::string_view name) const override;
  std::optional<std::string_view> header(std::string_view name) const override;
  std::string_view peer() const noexcept override { return client; }
  std::string_view externalBase() const noexcept override { return base; }
  std::string_view mount() const noexcept override { return mountPath; }
  const sdk::Identity& identity() const noexcept override { return who; }
  sdk::Result<void> require(sdk::Context& ctx, sdk::Verb verb, std::string_view project) override;
  sdk::Result<bool> may(sdk::Context& ctx, sdk::Verb verb, std::string_view project) override;
  sdk::Result<std::vector<std::string>> filter(sdk::Context& ctx, sdk::Verb verb,
                                               std::vector<std::string> projects) override;
  sdk::Result<sdk::Form*> form(sdk::Context& ctx) override;
  sdk::SpooledContent& body() override;

 private:
  sdk::Result<void> ask(sdk::Verb verb, std::string_view project) const;

  std::string method_;
  std::string path_;
  sdk::Form form_;
  std::unique_ptr<sdk::SpooledContent> body_;
  bool decided_ = false;
  mutable std::map<std::string, std::string, std::less<>> joined_;
};

}  // namespace larder::test
