#include "index_client.h"

#include <stdexcept>
#include <tuple>

#include "make_archives.h"
#include "tests/fakes/bytes.h"

namespace larder::pypi::test {
namespace {

std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    const auto end = std::min(path.find('/'), path.size());
    if (end > 0) parts.emplace_back(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return parts;
}

std::string decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
    i += 2;
  }
  return out;
}

int statusOf(sdk::Errc code) {
  switch (code) {
    case sdk::Errc::Invalid:
      return 400;
    case sdk::Errc::Unauthenticated:
      return 401;
    case sdk::Errc::Forbidden:
      return 403;
    case sdk::Errc::NotFound:
      return 404;
    case sdk::Errc::Conflict:
      return 409;
    case sdk::Errc::TooLarge:
      return 413;
    case sdk::Errc::Unavailable:
    case sdk::Errc::Timeout:
    case sdk::Errc::Cancelled:
      return 503;
    default:
      return 500;
  }
}

void readQuery(std::string_view query, larder::test::FakeRequest& request) {
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const auto pair = query.substr(0, end);
    const auto equals = std::min(pair.find('='), pair.size());
    request.queries.emplace_back(decode(pair.substr(0, equals)),
                                 decode(pair.substr(std::min(equals + 1, pair.size()))));
    query.remove_prefix(std::min(end + 1, query.size()));
  }
}

}  // namespace

std::string Answer::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string() : found->second;
}

IndexClient::IndexClient(bool tombstones) : tombstones_(tombstones) { restart(); }

void IndexClient::restart() {
  routes_.clear();
  format_ = std::make_unique<PypiFormat>(host, tombstones_);
  host.use(*format_);
  routes_ = format_->routes();
}

Answer IndexClient::send(const Call& call) {
  const auto question = std::min(call.target.find('?'), call.target.size());
  const std::string path = call.target.substr(0, question);
  larder::test::FakeRequest request(call.method, decode(path));
  readQuery(std::string_view(call.target).substr(std::min(question + 1, call.target.size())),
            request);
  request.headers = call.headers;
  for (const auto& [name, value] : call.fields) request.addField(name, value);
  for (const auto& [name, bytes] : call.files) request.addFile("content", name, bytes);
  request.who = who;
  request.gate = gate;
  request.mountPath = mount;
  request.base = base;
  const auto match = find(call.method, path);
  if (!match) throw std::logic_error("no route for " + call.method + " " + path);
  request.params = match->params;
  return run(*match, request);
}

std::optional<IndexClient::Match> IndexClient::find(const std::string& method,
                                                    const std::string& path) {
  const auto parts = split(path);
  std::optional<Match> best;
  for (const auto& route : routes_) {
    const auto pattern = split(route.pattern);
    if (route.method != method || pattern.size() != parts.size()) continue;
    Match match{&route, {}};
    bool same = true;
    for (std::size_t i = 0; i < parts.size() && same; ++i) {
      const bool param = pattern[i].front() == '{';
      if (param) match.params[pattern[i].substr(1, pattern[i].size() - 2)] = decode(parts[i]);
      same = param || pattern[i] == parts[i];
    }
    if (same && (!best || match.params.size() < best->params.size())) best = std::move(match);
  }
  return best;
}

Answer IndexClient::run(const Match& match, larder::test::FakeRequest& request) {
  const sdk::Route& route = *match.route;
  if (route.need) {
    const auto project = format_->normalize(request.param(route.projectParam));
    if (!project) return failed(request, project.error());
    if (auto allowed = request.require(ctx, *route.need, *project); !allowed) {
      return failed(request, allowed.error());
    }
  }
  if (route.fast) {
    if (auto quick = route.fast(request)) {
      auto answer = toAnswer(std::move(*quick));
      answer.fast = true;
      return answer;
    }
  }
  auto response = route.handler(ctx, request);
  if (!response) return failed(request, response.error());
  if (response->status < 300 && !request.decided()) throw std::logic_error("unguarded answer");
  return toAnswer(std::move(*response));
}

Answer IndexClient::failed(const sdk::Request& request, const sdk::Error& error) {
  const int status = statusOf(error.code());
  auto answer = toAnswer(format_->render(request, {status, error.message()}));
  answer.status = status;
  return answer;
}

Answer IndexClient::toAnswer(sdk::Response response) {
  Answer answer{response.status, response.reason, response.contentType, {}, {}, {}, false};
  for (const auto& [name, value] : response.headers) answer.headers[name] = value;
  if (auto* text = std::get_if<std::string>(&response.body)) answer.body = *text;
  if (auto* page = std::get_if<std::shared_ptr<const sdk::PreparedBody>>(&response.body)) {
    answer.body = (*page)->identity;
    answer.etag = (*page)->identityEtag;
    answer.type = (*page)->contentType;
  }
  if (auto* blob = std::get_if<sdk::BlobBody>(&response.body)) {
    auto opened = host.blobs().open(ctx, blob->key, {});
    if (!opened) throw std::logic_error("an answer's blob is missing");
    answer.body = larder::test::readAll(*opened->body).value();
    answer.etag = blob->etag;
    if (answer.body.size() != blob->size)
      throw std::logic_error("an answer's blob has another size");
  }
  return answer;
}

Answer IndexClient::upload(const std::string& filename, const std::string& bytes,
                           const std::string& name, const std::string& version, Pairs more) {
  Call call{"POST", "/simple/", {}, {{":action", "file_upload"}}, {{filename, bytes}}};
  if (!name.empty()) call.fields.emplace_back("name", name);
  if (!version.empty()) call.fields.emplace_back("version", version);
  call.fields.insert(call.fields.end(), more.begin(), more.end());
  return send(call);
}

Answer IndexClient::uploadWheel(const std::string& name, const std::string& version,
                                const std::string& payload) {
  const std::string stem = name + "-" + version;
  return upload(stem + "-py3-none-any.whl",
                makeWheel(stem, metadataText(name, version, "Requires-Python: >=3.8\n"), payload),
                name, version);
}

Answer IndexClient::uploadSdist(const std::string& name, const std::string& version,
                                const std::string& payload) {
  const std::string stem = name + "-" + version;
  return upload(stem + ".tar.gz", makeSdist(stem, metadataText(name, version), payload), name,
                version);
}

}  // namespace larder::pypi::test
