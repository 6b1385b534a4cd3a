#include "core/web/dispatcher.h"

#include <algorithm>

#include "core/web/exchange.h"
#include "core/web/respond.h"

namespace larder::web {
namespace {

constexpr std::array kStatusClasses{"other", "1xx", "2xx", "3xx", "4xx", "5xx"};
constexpr std::array kSeconds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                              0.1,    0.25,  0.5,    1.0,   2.5,  5.0,   10.0};

http::Plan answered(http::Response response) {
  http::Plan plan;
  plan.answer = std::move(response);
  return plan;
}

http::Response hostFailure(int status, std::string_view message) {
  http::Response response = plainFailure(status, message);
  addStatusHeaders(response, status);
  return response;
}

}  // namespace

Dispatcher::Dispatcher(DispatcherOptions options, const std::vector<Site>& sites,
                       sdk::Logger& logger, sdk::Metrics& metrics, sdk::Clock& clock,
                       observe::AccessLog* access)
    : options_(std::move(options)),
      sites_(sites),
      logger_(logger),
      metrics_(metrics),
      clock_(clock),
      access_(access) {}

Dispatcher::~Dispatcher() = default;

sdk::Result<void> Dispatcher::build() {
  for (std::size_t i = 0; i < sites_.size(); ++i) {
    LARDER_TRY(router_.add(i, sites_[i].mount, sites_[i].routes));
  }
  for (std::size_t i = 0; i <= sites_.size(); ++i) {
    const std::string name = i < sites_.size() ? sites_[i].repository : "";
    auto& counters = counters_.emplace_back();
    for (std::size_t k = 0; k < counters.size(); ++k) {
      counters[k] = &metrics_.counter("larder_requests_total", "Requests answered.",
                                      {{"repository", name}, {"status", kStatusClasses[k]}});
    }
  }
  unguarded_ = &metrics_.counter("larder_unguarded_answers_total",
                                 "Answers withheld because no right had been asked for.");
  seconds_ = &metrics_.histogram("larder_request_seconds",
                                 "From a request's first byte to its answer's last.", kSeconds);
  return {};
}

http::Plan Dispatcher::plan(const std::shared_ptr<const http::Request>& request) {
  auto path = splitPath(request->path);
  if (!path) {
    return answered(hostFailure(400,
                                "The address has a malformed percent escape or an encoded "
                                "slash"));
  }
  auto target = router_.find(request->method, *path);
  if (!target) return answered(unknown(*request, *path));
  if (target->otherSlash && target->route->slash == sdk::Slash::Redirect) {
    http::Response response;
    response.status = request->method == "GET" || request->method == "HEAD" ? 301 : 307;
    std::string location = request->path;
    path->trailingSlash ? location.pop_back() : location.push_back('/');
    if (!request->query.empty()) location += '?' + request->query;
    response.headers.emplace_back("Location", std::move(location));
    return answered(std::move(response));
  }
  return planRoute(request, std::move(*path), std::move(*target));
}

http::Plan Dispatcher::planRoute(const std::shared_ptr<const http::Request>& request, Segments path,
                                 Router::Target target) {
  auto query = parseQuery(request->query);
  if (!query) return answered(hostFailure(400, "The query has a malformed percent escape"));
  request->note.site = target.site;
  const std::shared_ptr<const Security> security = *security_.read();
  SiteSecurity rules;
  if (sites_[target.site].format != nullptr) {
    rules = security->sites[target.site];
  } else if (target.route->need) {  // the host's own, about one repository
    const auto wanted = std::find_if(query->begin(), query->end(),
                                     [](const auto& pair) { return pair.first == "repository"; });
    auto chosen = chooseSite(sites_, wanted == query->end()
                                         ? std::nullopt
                                         : std::optional<std::string_view>(wanted->second));
    if (!chosen) return answered(hostFailure(400, chosen.error().message()));
    rules = security->sites[*chosen];
  }
  auto web =
      std::make_unique<WebRequest>(request, sites_[target.site], std::move(path),
                                   std::move(target.params), std::move(*query), options_.baseUrl);
  auto exchange = std::make_shared<Exchange>(*this, sites_[target.site], *target.route,
                                             std::move(web), rules, security);
  return exchange->plan();
}

http::Response Dispatcher::unknown(const http::Request& request, const Segments& path) {
  const std::string allowed = router_.allowed(path);
  if (allowed.empty()) return hostFailure(404, "There is nothing at this address");
  request.note.site = router_.siteOf(path).value_or(sites_.size());
  if (request.method == "OPTIONS") {
    http::Response response;
    response.status = 204;
    response.headers.emplace_back("Allow", allowed + ", OPTIONS");
    return response;
  }
  http::Response response = failure(&request, 405, "This address answers only " + allowed);
  response.headers.emplace_back("Allow", allowed);
  return response;
}

http::Response Dispatcher::failure(const http::Request* request, int status,
                                   std::string_view message) {
  if (request == nullptr) return hostFailure(status, message);
  auto path = splitPath(request->path);
  const auto index = path ? router_.siteOf(*path) : std::nullopt;
  if (!index || sites_[*index].format == nullptr) return hostFailure(status, message);
  const Site& site = sites_[*index];
  // The copy lives as long as the rendering, which is all that a format needs of it.
  const WebRequest web(std::make_shared<const http::Request>(*request), site, std::move(*path), {},
                       {}, options_.baseUrl);
  auto rendered = toHttp(site.format->render(web, {status, std::string(message)}), site, clock_);
  if (!rendered) return hostFailure(status, message);
  addStatusHeaders(*rendered, status);
  return std::move(*rendered);
}

void Dispatcher::done(const http::Done& done) noexcept {
  const std::size_t site =
      done.request == nullptr ? sites_.size() : std::min(done.request->note.site, sites_.size());
  const auto statusClass = static_cast<std::size_t>(done.status / 100);
  counters_[site][statusClass < kStatusClasses.size() ? statusClass : 0]->add();
  seconds_->observe(std::chrono::duration<double>(done.took).count());
  if (access_ == nullptr) return;
  observe::AccessEntry entry;
  entry.peer = done.peer;
  entry.status = done.status;
  entry.received = done.received;
  entry.sent = done.sent;
  entry.took = done.took;
  if (done.request != nullptr) {
    const http::Request& request = *done.request;
    entry.user = request.note.user;
    entry.method = request.method;
    entry.target = request.target;
    entry.requestId = request.id;
    entry.repository =
        site < sites_.size() ? std::string_view(sites_[site].repository) : std::string_view{};
    for (const auto& [name, value] : request.headers) {
      if (name == "user-agent") entry.userAgent = value;
      if (name == "referer") entry.referer = value;
    }
  }
  access_->write(entry);
}

}  // namespace larder::web
