#include "core/admin/host_routes.h"

#include "core/admin/version.h"
#include "core/web/cross_site.h"

namespace larder::admin {
namespace {

using Handler = sdk::Route::Handler;

sdk::Response json(std::string body, int status = 200) {
  sdk::Response response;
  response.status = status;
  response.contentType = "application/json";
  response.headers.emplace_back("Cache-Control", "no-store");
  response.body = std::move(body);
  return response;
}

sdk::Route get(const char* pattern, Handler handler) {
  sdk::Route route;
  route.method = "GET";
  route.pattern = pattern;
  route.handler = std::move(handler);
  return route;
}

Handler health(const HostServices& services) {
  return [&services](sdk::Context& ctx, sdk::Request&) -> sdk::Result<sdk::Response> {
    const HealthBoard::Report report = services.health.ask(ctx);
    return json(report.json, report.healthy ? 200 : 503);
  };
}

Handler metrics(const HostServices& services) {
  return [&services](sdk::Context&, sdk::Request&) -> sdk::Result<sdk::Response> {
    sdk::Response response = json(services.metrics());
    response.contentType = "text/plain; version=0.0.4; charset=utf-8";
    return response;
  };
}

Handler fixed(std::string body) {
  return [body = std::move(body)](sdk::Context&, sdk::Request&) -> sdk::Result<sdk::Response> {
    return json(body);
  };
}

Handler rebuild(const HostServices& services) {
  return [&services](sdk::Context& ctx, sdk::Request& request) -> sdk::Result<sdk::Response> {
    if (const std::string why = web::crossSite(request); !why.empty()) {
      return json("{\"error\": 403, \"message\": \"" + why + "\"}\n", 403);
    }
    LARDER_TRY_ASSIGN(const std::size_t site,
                      web::chooseSite(services.sites, request.query("repository")));
    LARDER_TRY_ASSIGN(const bool done, services.rebuild(ctx, services.sites[site].repository));
    if (done) return json("");
    return json("{\"message\": \"The rebuild goes on; the log says when it is done\"}\n", 202);
  };
}

}  // namespace

std::vector<sdk::Route> hostRoutes(const HostServices& services) {
  std::vector<sdk::Route> routes;
  for (const char* pattern : {"/health", "/api/healthy", "/api/ready"}) {
    routes.push_back(get(pattern, health(services)));
  }
  for (const char* pattern : {"/metrics", "/api/metrics"}) {
    routes.push_back(get(pattern, metrics(services)));
  }
  routes.push_back(get("/api/version", fixed(std::string("{\"Version\":\"") + kVersion + "\"}")));
  sdk::Route rebuilding = get("/admin/rebuild/", rebuild(services));
  rebuilding.need = sdk::Verb::Admin;
  routes.push_back(rebuilding);
  rebuilding.method = "POST";
  rebuilding.body = sdk::BodyKind::Small;
  routes.push_back(std::move(rebuilding));
  return routes;
}

}  // namespace larder::admin
