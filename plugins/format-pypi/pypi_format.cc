#include "pypi_format.h"

#include <utility>

#include "answers.h"
#include "project_name.h"
#include "record_index.h"

namespace larder::pypi {
namespace {

using sdk::BodyKind;
using sdk::Route;
using sdk::Verb;

// Binds a member function of one of the parts as the handler of a route.
template <class Part>
Route::Handler by(Part& part,
                  sdk::Result<sdk::Response> (Part::*member)(sdk::Context&, sdk::Request&)) {
  return answeringErrors([&part, member](sdk::Context& ctx, sdk::Request& request) {
    return (part.*member)(ctx, request);
  });
}

template <class Part>
Route::Fast fastBy(Part& part, std::optional<sdk::Response> (Part::*member)(sdk::Request&)) {
  return [&part, member](sdk::Request& request) { return (part.*member)(request); };
}

// An address whose project the gate checks before anything else happens.
Route guarded(std::string method, std::string pattern, Verb need, Route::Handler handler) {
  Route route;
  route.method = std::move(method);
  route.pattern = std::move(pattern);
  route.need = need;
  route.projectParam = "project";
  route.handler = std::move(handler);
  return route;
}

// An address whose handler asks the gate itself.
Route open(std::string method, std::string pattern, Route::Handler handler) {
  Route route;
  route.method = std::move(method);
  route.pattern = std::move(pattern);
  route.handler = std::move(handler);
  return route;
}

Route taking(BodyKind body, Route route) {
  route.body = body;
  return route;
}

Route withFast(Route::Fast fast, Route route) {
  route.fast = std::move(fast);
  return route;
}

}  // namespace

PypiFormat::PypiFormat(sdk::FormatHost& host, bool tombstones)
    : services_(host, tombstones),
      list_(services_.journal),
      pages_(services_, list_),
      files_(services_),
      json_(services_),
      upload_(services_),
      api_(services_, list_) {}

std::vector<sdk::Route> PypiFormat::routes() {
  std::vector<Route> all;
  for (const std::string index : {"/simple/", "/pypi/"}) {
    all.push_back(open("GET", index, by(pages_, &Pages::root)));
    all.push_back(
        withFast(fastBy(pages_, &Pages::fastProject),
                 guarded("GET", index + "{project}/", Verb::Read, by(pages_, &Pages::project))));
    all.push_back(
        guarded("GET", index + "{project}/json", Verb::Read, by(json_, &ProjectJson::latest)));
  }
  all.push_back(guarded("GET", "/pypi/{project}/{version}/json", Verb::Read,
                        by(json_, &ProjectJson::release)));
  for (const std::string address : {"/", "/simple/", "/pypi/", "/legacy/"}) {
    all.push_back(taking(BodyKind::Upload, open("POST", address, by(upload_, &Upload::byForm))));
  }
  all.push_back(withFast(fastBy(files_, &Files::fastByDigest),
                         guarded("GET", "/files/{project}/{sha256}/{filename}", Verb::Read,
                                 by(files_, &Files::byDigest))));

  const std::string api = "/api/package/";
  all.push_back(open("GET", api, by(api_, &PackageApi::listProjects)));
  all.push_back(guarded("GET", api + "{project}/", Verb::Read, by(api_, &PackageApi::listFiles)));
  const std::string file = api + "{project}/{filename}";
  all.push_back(withFast(fastBy(files_, &Files::fastByName),
                         guarded("GET", file, Verb::Read, by(files_, &Files::byName))));
  all.push_back(taking(BodyKind::Upload,
                       guarded("POST", file, Verb::Write, by(upload_, &Upload::byAddress))));
  all.push_back(guarded("DELETE", file, Verb::Delete, by(api_, &PackageApi::remove)));
  const std::string yank = api + "{project}/{version}/yank";
  all.push_back(
      taking(BodyKind::Small, guarded("PUT", yank, Verb::Write, by(api_, &PackageApi::yank))));
  all.push_back(guarded("DELETE", yank, Verb::Write, by(api_, &PackageApi::unyank)));
  all.push_back(taking(BodyKind::Small, guarded("PUT", api + "{project}/status", Verb::Write,
                                                by(api_, &PackageApi::setStatus))));
  return all;
}

sdk::Result<std::string> PypiFormat::normalize(std::string_view project) const {
  if (isProjectName(project)) return normalizeName(project);
  return sdk::Error(sdk::Errc::Invalid, "'" + std::string(project.substr(0, kMaxProjectName)) +
                                            "' is no project name; letters and digits with '.', "
                                            "'_' and '-' between them make one");
}

sdk::Result<sdk::Indexed> PypiFormat::index(std::string_view journal, std::string_view key,
                                            std::string_view record) const {
  return indexRecord(journal, key, record);
}

sdk::Response PypiFormat::render(const sdk::Request& request, const sdk::Failure& failure) const {
  return refusal(request, failure.status, failure.message);
}

// The host asks storage and cache; a format of its own has nothing that could fail.
sdk::Result<void> PypiFormat::health(sdk::Context&) { return {}; }

}  // namespace larder::pypi
