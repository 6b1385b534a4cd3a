#include "core/web/web_request.h"

#include <algorithm>
#include <cctype>

#include "core/web/form.h"

namespace larder::web {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

// The part of a base URL behind scheme and host: "/prefix" or "".
std::string_view pathOf(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  const std::size_t slash = url.find('/', scheme + 3);
  return slash == std::string_view::npos ? std::string_view{} : url.substr(slash);
}

std::string withoutTrailingSlash(std::string_view text) {
  while (text.ends_with('/')) text.remove_suffix(1);
  return std::string(text);
}

// The decoded path below a mount of `skip` segments.
std::string pathBelow(const Segments& path, std::size_t skip) {
  std::string text;
  for (std::size_t i = skip; i < path.parts.size(); ++i) text += '/' + path.parts[i];
  if (path.trailingSlash || text.empty()) text += '/';
  return text;
}

}  // namespace

WebRequest::WebRequest(std::shared_ptr<const http::Request> head, const Site& site, Segments path,
                       Pattern::Params params, Pairs query, std::string_view baseUrl)
    : head_(std::move(head)),
      site_(site),
      params_(std::move(params)),
      query_(std::move(query)),
      path_(pathBelow(
          path,
          static_cast<std::size_t>(std::count(site.mount.begin(), site.mount.end(), '/')) - 1)) {
  const std::string host = head_->host.empty() ? "localhost" : head_->host;
  externalBase_ = baseUrl.empty()
                      ? head_->scheme + "://" + host + withoutTrailingSlash(head_->forwardedPrefix)
                      : withoutTrailingSlash(baseUrl);
  mount_ = std::string(pathOf(externalBase_)) + site.mount;
}

std::string_view WebRequest::param(std::string_view name) const {
  for (const auto& [key, value] : params_) {
    if (key == name) return value;
  }
  return {};
}

std::optional<std::string_view> WebRequest::query(std::string_view name) const {
  for (const auto& [key, value] : query_) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::vector<std::string_view> WebRequest::queryAll(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const auto& [key, value] : query_) {
    if (key == name) values.push_back(value);
  }
  return values;
}

std::optional<std::string_view> WebRequest::header(std::string_view name) const {
  const std::string wanted = lower(name);
  const std::string* only = nullptr;
  for (const auto& [key, value] : head_->headers) {
    if (key != wanted) continue;
    if (only == nullptr) {
      only = &value;
      continue;
    }
    joined_.emplace_back(wanted, *head_->header(wanted));
    return joined_.back().second;
  }
  if (only == nullptr) return std::nullopt;
  return *only;
}

sdk::Result<void> WebRequest::conclude(sdk::Result<auth::Decision> decision) {
  if (!decision) {
    if (decision.is(sdk::Errc::Invalid)) clientMessage_ = decision.error().message();
    return std::move(decision).error();
  }
  if (decision->allowed()) {
    decided_ = true;
    return {};
  }
  clientMessage_ = decision->reason;
  const bool loginHelps = decision->kind == auth::Decision::Kind::Unauthenticated;
  return sdk::Error(loginHelps ? sdk::Errc::Unauthenticated : sdk::Errc::Forbidden,
                    std::move(decision->reason));
}

std::optional<sdk::Result<void>> WebRequest::requireNow(sdk::Verb verb, std::string_view project) {
  auto decision = gate_->decideNow(identity_, verb, project);
  if (!decision) return std::nullopt;
  return conclude(std::move(*decision));
}

sdk::Result<void> WebRequest::require(sdk::Context& ctx, sdk::Verb verb, std::string_view project) {
  return conclude(gate_->decide(ctx, identity_, verb, project));
}

sdk::Result<bool> WebRequest::may(sdk::Context& ctx, sdk::Verb verb, std::string_view project) {
  LARDER_TRY_ASSIGN(const auth::Decision decision, gate_->decide(ctx, identity_, verb, project));
  return decision.allowed();
}

sdk::Result<std::vector<std::string>> WebRequest::filter(sdk::Context& ctx, sdk::Verb verb,
                                                         std::vector<std::string> projects) {
  auto allowed = gate_->filter(ctx, identity_, verb, std::move(projects));
  if (allowed) decided_ = true;
  return allowed;
}

sdk::Result<sdk::Form*> WebRequest::form(sdk::Context&) {
  if (!form_) {
    const auto type = header("content-type");
    auto parsed = parseForm(type.value_or(std::string_view{}), body_);
    if (!parsed) {
      const bool client = parsed.is(sdk::Errc::Invalid) || parsed.is(sdk::Errc::TooLarge);
      if (client) clientMessage_ = parsed.error().message();
      return std::move(parsed).error();
    }
    form_ = std::move(*parsed);
  }
  return &*form_;
}

}  // namespace larder::web
