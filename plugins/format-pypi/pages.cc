#include "pages.h"

#include <functional>
#include <unordered_set>
#include <utility>

#include "answers.h"
#include "project.h"
#include "simple_html.h"
#include "simple_json.h"

namespace larder::pypi {
namespace {

constexpr std::string_view kNotAcceptable =
    "The index comes as text/html, application/vnd.pypi.simple.v1+html and "
    "application/vnd.pypi.simple.v1+json; none of them is accepted";

std::string pageKey(Representation representation, std::string_view mount,
                    std::string_view project) {
  std::string key(1, static_cast<char>('0' + static_cast<int>(representation)));
  key += mount;
  key += '\n';
  key += project;
  return key;
}

std::optional<Representation> negotiated(const sdk::Request& request) {
  return negotiate(request.header("Accept"), request.query("format"));
}

}  // namespace

std::optional<sdk::Response> Pages::fastProject(sdk::Request& request) {
  const auto representation = negotiated(request);
  if (!representation) return std::nullopt;
  auto found =
      services_.pages.current(pageKey(*representation, request.mount(), projectOf(request)),
                              services_.journal.versionNow());
  if (!found) return std::nullopt;
  auto response = answer(request, std::move(found->value));
  response.headers.emplace_back("X-PyPI-Last-Serial", std::to_string(found->version));
  return response;
}

sdk::Result<sdk::Response> Pages::project(sdk::Context& ctx, sdk::Request& request) {
  const auto representation = negotiated(request);
  if (!representation) return refusal(request, 406, kNotAcceptable);
  const std::string project = projectOf(request);
  LARDER_TRY_ASSIGN(auto found, findOrRender(ctx, project, *representation, request.mount()));
  if (!found) return noSuchProject(project);
  auto response = answer(request, std::move(found->value));
  response.headers.emplace_back("X-PyPI-Last-Serial", std::to_string(found->version));
  return response;
}

sdk::Result<std::optional<Pages::Page>> Pages::findOrRender(sdk::Context& ctx,
                                                            const std::string& project,
                                                            Representation representation,
                                                            std::string_view mount) {
  const std::string key = pageKey(representation, mount, project);
  LARDER_TRY_ASSIGN(auto quick, find(ctx, key, project));
  if (!quick.exists || quick.page) return std::move(quick.page);
  const std::lock_guard turn(turns_[std::hash<std::string>()(key) % turns_.size()]);
  // Whoever had the turn before may have rendered it.
  LARDER_TRY_ASSIGN(auto again, find(ctx, key, project));
  if (!again.exists || again.page) return std::move(again.page);
  LARDER_TRY_ASSIGN(const auto loaded, loadProject(ctx, services_.journal.records(), project));
  if (!loaded) return std::optional<Page>();
  auto text = representation == Representation::Json ? projectJson(*loaded, mount)
                                                     : projectHtml(*loaded, mount);
  auto body = services_.host.prepare(std::string(contentTypeOf(representation)), std::move(text));
  services_.pages.put(key, body, costOf(*body), loaded->version, again.now);
  return std::optional(Page{std::move(body), loaded->version});
}

sdk::Result<Pages::Look> Pages::find(sdk::Context& ctx, const std::string& key,
                                     const std::string& project) {
  Look look;
  // Before anything is read: what is read is at least as new as this.
  look.now = services_.journal.versionNow();
  LARDER_TRY_ASSIGN(const auto summary, services_.journal.records().get(ctx, projectKey(project)));
  if (!summary) return look;
  look.exists = true;
  if (auto body = services_.pages.confirm(key, summary->version, look.now)) {
    look.page = Page{std::move(*body), summary->version};
  }
  return look;
}

sdk::Result<sdk::Response> Pages::root(sdk::Context& ctx, sdk::Request& request) {
  const auto representation = negotiated(request);
  LARDER_TRY_ASSIGN(const auto list, list_.read(ctx));
  LARDER_TRY_ASSIGN(const auto allowed, request.filter(ctx, sdk::Verb::Read, list->names()));
  if (!representation) return refusal(request, 406, kNotAcceptable);
  if (allowed.size() != list->projects.size()) {
    return answer(request, renderRoot(*list, allowed, *representation, request.mount()));
  }
  std::string key = pageKey(*representation, request.mount(), "");
  if (auto body = services_.pages.confirm(key, list->generation, std::nullopt)) {
    return answer(request, std::move(*body));
  }
  auto body = renderRoot(*list, allowed, *representation, request.mount());
  services_.pages.put(std::move(key), body, costOf(*body), list->generation, std::nullopt);
  return answer(request, std::move(body));
}

Pages::Body Pages::renderRoot(const ProjectList::Snapshot& list,
                              const std::vector<std::string>& allowed,
                              Representation representation, std::string_view mount) {
  const std::unordered_set<std::string_view> shown(allowed.begin(), allowed.end());
  std::vector<ProjectName> names;
  names.reserve(allowed.size());
  for (const auto& entry : list.projects) {
    if (shown.contains(entry.normalized)) names.push_back({entry.normalized, entry.summary.name});
  }
  auto text = representation == Representation::Json ? rootJson(names) : rootHtml(names, mount);
  return services_.host.prepare(std::string(contentTypeOf(representation)), std::move(text));
}

sdk::Response Pages::answer(const sdk::Request& request, Body body) const {
  sdk::Response response;
  response.body = std::move(body);
  response.headers.reserve(4);
  response.headers.emplace_back("Vary", "Accept");
  addRevalidation(response, request);
  addCrossOrigin(response, services_.host.privateReads());
  return response;
}

}  // namespace larder::pypi
