#include "core/web/exchange.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "core/content/spooled.h"
#include "core/web/cross_site.h"
#include "core/web/respond.h"

namespace larder::web {
namespace {

constexpr std::uint64_t kNoBody = std::uint64_t{64} * 1024;
constexpr std::uint64_t kSmallBody = std::uint64_t{1024} * 1024;

// The gate's answer for somebody who is not logged in.
bool everyoneMay(auth::Gate& gate, sdk::Verb verb, std::string_view project) {
  const auto decision = gate.decideNow(sdk::Identity{}, verb, project);
  return decision && decision->allowed();
}

std::shared_ptr<sdk::SpooledContent> contentOf(const std::shared_ptr<http::Body>& body) {
  if (!body) return content::makeContent({});
  return content::makeSlice(
      [body](std::uint64_t at, std::span<std::byte> into) { return body->readAt(at, into); }, 0,
      body->size());
}

}  // namespace

Exchange::Exchange(Dispatcher& dispatcher, const Site& site, const sdk::Route& route,
                   std::unique_ptr<WebRequest> request, const SiteSecurity& security,
                   std::shared_ptr<const Security> keep)
    : dispatcher_(dispatcher),
      site_(site),
      route_(route),
      request_(std::move(request)),
      security_(security),
      keep_(std::move(keep)),
      deadline_(dispatcher.clock_.steady() + dispatcher.options_.admitBudget) {
  request_->setGate(security_.gate);
}

http::Plan Exchange::plan() {
  http::Plan plan;
  if (!isSafe(request_->method())) {
    if (const std::string why = crossSite(*request_); !why.empty()) {
      plan.answer = fail(403, why);
      return plan;
    }
  }
  if (auto refused = readAuthorization()) {
    plan.answer = std::move(refused);
    return plan;
  }
  if (!login_) {
    if (const auto decided = gateNow()) {
      if (!*decided) {
        plan.answer = fail(decided->error());
        return plan;
      }
      admitted_ = true;
      plan.answer = fast();
      if (plan.answer) return plan;
    }
  }
  auto self = shared_from_this();
  if (!admitted_) plan.admit = [self] { return self->admit(); };
  plan.bodyLimit = bodyLimit();
  plan.handle = [self](const std::shared_ptr<http::Body>& body) { return self->handle(body); };
  plan.cancel = [self] { self->cancelled_.store(true, std::memory_order_relaxed); };
  return plan;
}

// Leaves `login_` set when the credentials still have to be verified.
std::optional<http::Response> Exchange::readAuthorization() {
  if (!security_.identities) return std::nullopt;  // an address that knows no users
  const auto field = request_->header("authorization");
  auto login = auth::parseAuthorization(field.value_or(std::string_view{}));
  if (!login) return fail(401, login.error().message());
  if (!*login) return std::nullopt;
  login_ = std::move(**login);
  auto known = security_.identities->remembered(login_->credentials(), request_->peer());
  if (known) become(std::move(*known));
  return std::nullopt;
}

void Exchange::become(sdk::Identity identity) {
  login_.reset();
  request_->head().note.user = identity.user;
  request_->setIdentity(std::move(identity));
}

std::optional<http::Response> Exchange::admit() {
  try {
    if (login_) {
      if (auto refused = authenticate()) return refused;
    }
    const auto decided = gate();
    if (!decided) return fail(decided.error());
    admitted_ = true;
    return std::nullopt;
  } catch (const std::exception& e) {
    dispatcher_.logger_.error("request.admission.exception", "deciding about a request failed",
                              {{"what", e.what()}, {"request", requestId()}});
    return fail(500, outcomeOf(sdk::Errc::Internal).message);
  }
}

std::optional<http::Response> Exchange::authenticate() {
  auto result = security_.identities->authenticate(*this, login_->credentials(), request_->peer());
  if (!result) return fail(result.error());
  switch (result->outcome) {
    case auth::Authentication::Outcome::Granted:
      become(std::move(result->identity));
      return std::nullopt;
    case auth::Authentication::Outcome::TooOften: {
      auto response = fail(429, "Too many failed logins; wait and try again");
      std::erase_if(response.headers, [](const auto& h) { return h.first == "Retry-After"; });
      response.headers.emplace_back("Retry-After", std::to_string(result->retryAfter.count()));
      return response;
    }
    case auth::Authentication::Outcome::Refused:
      break;
  }
  return fail(401, "The user name or the password is wrong");
}

// An upload whose project is not known before its body has been read.
bool Exchange::blindUpload() const noexcept {
  return !route_.need && route_.body == sdk::BodyKind::Upload && site_.format != nullptr;
}

std::optional<sdk::Result<void>> Exchange::gateNow() {
  if (blindUpload()) {
    auto any = security_.gate->decideAnyNow(request_->identity(), sdk::Verb::Write);
    if (!any || !any->allowed()) return std::nullopt;  // the slow path words the refusal
    return sdk::Result<void>();
  }
  if (!route_.need) return sdk::Result<void>();
  const auto project =
      route_.projectParam.empty() ? std::string_view{} : request_->param(route_.projectParam);
  return request_->requireNow(*route_.need, project);
}

sdk::Result<void> Exchange::gate() {
  if (blindUpload()) {
    LARDER_TRY_ASSIGN(const auth::Decision any,
                      security_.gate->decideAny(*this, request_->identity(), sdk::Verb::Write));
    if (any.allowed()) return {};
    return request_->require(*this, sdk::Verb::Write, {});
  }
  if (!route_.need) return {};
  const auto project =
      route_.projectParam.empty() ? std::string_view{} : request_->param(route_.projectParam);
  return request_->require(*this, *route_.need, project);
}

std::optional<http::Response> Exchange::fast() {
  if (!route_.fast) return std::nullopt;
  auto response = route_.fast(*request_);
  if (!response) return std::nullopt;
  return finish(std::move(*response));
}

http::Response Exchange::handle(const std::shared_ptr<http::Body>& body) {
  deadline_ = dispatcher_.clock_.steady() + dispatcher_.options_.handlerBudget;
  try {
    // Verifying a password may have cleared the way for an answer from memory.
    if (auto answer = fast()) return std::move(*answer);
    request_->setBody(contentOf(body));
    auto response = route_.handler(*this, *request_);
    if (!response) return fail(response.error());
    return finish(std::move(*response));
  } catch (const std::exception& e) {
    dispatcher_.logger_.error(
        "request.handler.exception", "answering a request failed",
        {{"what", e.what()}, {"route", route_.pattern}, {"request", requestId()}});
    return fail(500, outcomeOf(sdk::Errc::Internal).message);
  }
}

http::Response Exchange::finish(sdk::Response response) {
  const bool success = response.status >= 200 && response.status < 300;
  if (success && site_.format != nullptr && !request_->decided()) {
    dispatcher_.unguarded_->add();
    dispatcher_.logger_.error("route.unguarded",
                              "a handler answered without asking the gate; the answer was withheld",
                              {{"route", route_.pattern}, {"request", requestId()}});
    return fail(500, outcomeOf(sdk::Errc::Internal).message);
  }
  auto converted = toHttp(std::move(response), site_, dispatcher_.clock_);
  if (!converted) {
    dispatcher_.logger_.error("blob.unusable", "a file that a record names cannot be sent",
                              {{"why", converted.error().message()}, {"request", requestId()}});
    return fail(converted.is(sdk::Errc::Unavailable) ? 503 : 500,
                outcomeOf(sdk::Errc::Internal).message);
  }
  protect(*converted);
  if (converted->status >= 400) addStatusHeaders(*converted, converted->status);
  return std::move(*converted);
}

// Caches shared by several people must not keep what not everybody may read.
void Exchange::protect(http::Response& response) {
  if (site_.format == nullptr) return;
  for (auto& [name, value] : response.headers) {
    if (name != "Cache-Control" || value.find("private") != std::string::npos) continue;
    if (value.find("no-store") != std::string::npos) continue;
    const auto project =
        route_.projectParam.empty() ? std::string_view{} : request_->param(route_.projectParam);
    if (!everyoneMay(*security_.gate, route_.need.value_or(sdk::Verb::Read), project)) {
      value = "private, " + value;
    }
  }
}

http::Response Exchange::fail(const sdk::Error& error) {
  const Outcome outcome = outcomeOf(error.code());
  const bool ours = outcome.status >= 500;
  if (ours) {
    dispatcher_.logger_.error(
        "request.failed", "a request could not be served",
        {{"why", error.message()}, {"route", route_.pattern}, {"request", requestId()}});
  }
  const std::string& words = request_->clientMessage();
  return fail(outcome.status, ours || words.empty() ? outcome.message : words);
}

http::Response Exchange::fail(int status, std::string_view message) {
  http::Response response;
  if (site_.format != nullptr) {
    auto rendered = toHttp(site_.format->render(*request_, {status, std::string(message)}), site_,
                           dispatcher_.clock_);
    response = rendered ? std::move(*rendered) : plainFailure(status, message);
  } else {
    response = plainFailure(status, message);
  }
  addStatusHeaders(response, status);
  return response;
}

std::uint64_t Exchange::bodyLimit() const noexcept {
  switch (route_.body) {
    case sdk::BodyKind::None:
      return kNoBody;
    case sdk::BodyKind::Small:
      return kSmallBody;
    case sdk::BodyKind::Upload:
      break;
  }
  return dispatcher_.options_.uploadLimit;
}

}  // namespace larder::web
