#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/call_context.h"
#include "pypi_format.h"
#include "tests/fakes/fake_format_host.h"
#include "tests/fakes/fake_request.h"

namespace larder::pypi::test {

/// What came back, with whatever kind of body as text.
struct Answer {
  int status = 0;
  std::string reason;
  std::string type;
  std::map<std::string, std::string> headers;
  std::string body;
  std::string etag;
  bool fast = false;  ///< Answered without asking the cache.

  bool contains(std::string_view text) const { return body.find(text) != std::string::npos; }
  std::string header(const std::string& name) const;
};

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// A request to be sent.
struct Call {
  std::string method = "GET";
  std::string target;  ///< "/simple/flywheel/?format=x", percent-encoded.
  Pairs headers = {};
  Pairs fields = {};
  Pairs files = {};  ///< File name and bytes, all under the field "content".
};

/// The whole format on fakes, reached the way the host does it: by its routes, with the gate asked
/// first, and with the host's rule that nothing is shown without a decision.
class IndexClient {
 public:
  explicit IndexClient(bool tombstones = false);

  Answer send(const Call& call);
  Answer get(const std::string& target, Pairs headers = {}) {
    return send({"GET", target, std::move(headers)});
  }
  /// twine's form with what name and version claim; either may be empty.
  Answer upload(const std::string& filename, const std::string& bytes, const std::string& name = {},
                const std::string& version = {}, Pairs more = {});
  /// A wheel or sdist of `name` and `version` under its usual file name.
  Answer uploadWheel(const std::string& name, const std::string& version,
                     const std::string& payload = "pass\n");
  Answer uploadSdist(const std::string& name, const std::string& version,
                     const std::string& payload = "pass\n");

  larder::test::FakeFormatHost host;
  CallContext ctx{"test", std::chrono::seconds(60)};
  sdk::Identity who{"alice", {}, false};
  larder::test::FakeRequest::Gate gate;  ///< None: everything is allowed.
  std::string mount = "/";
  std::string base = "http://packages.example.org";

  PypiFormat& format() { return *format_; }
  larder::test::FakeJournal& journal() { return host.journal("projects"); }
  /// A new format over the same records, as after a restart.
  void restart();

 private:
  struct Match {
    const sdk::Route* route = nullptr;
    std::map<std::string, std::string, std::less<>> params;
  };
  std::optional<Match> find(const std::string& method, const std::string& path);
  Answer run(const Match& match, larder::test::FakeRequest& request);
  Answer toAnswer(sdk::Response response);
  Answer failed(const sdk::Request& request, const sdk::Error& error);

  bool tombstones_;
  std::unique_ptr<PypiFormat> format_;
  std::vector<sdk::Route> routes_;
};

}  // namespace larder::pypi::test
