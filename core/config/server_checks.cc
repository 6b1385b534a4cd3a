#include "core/config/server_checks.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "core/config/addresses.h"
#include "core/config/words.h"

namespace larder::config {

namespace {

class Checks {
 public:
  Checks(const Section& server, Problems& problems) : server_(server), problems_(problems) {}

  void oneOf(const Section& section, std::string_view name,
             const std::vector<std::string_view>& words) {
    const std::string text = section.string(name);
    if (std::find(words.begin(), words.end(), text) != words.end()) return;
    add(section, name,
        "must be one of " + joined(words) + "; found " + shown(text) + suggestion(text, words));
  }

  void range(const Section& section, std::string_view name, std::int64_t least, std::int64_t most) {
    const std::int64_t value = section.integer(name);
    if (value >= least && value <= most) return;
    add(section, name,
        "must be from " + std::to_string(least) + " to " + std::to_string(most) + "; found " +
            std::to_string(value));
  }

  void sizeRange(std::string_view name, std::uint64_t least, std::uint64_t most) {
    const std::uint64_t value = server_.size(name);
    if (value >= least && value <= most) return;
    add(server_, name,
        "must be from " + std::to_string(least) + " to " + std::to_string(most) + " bytes; found " +
            std::to_string(value));
  }

  void positive(std::string_view name) {
    if (server_.duration(name).count() > 0) return;
    add(server_, name, "must be longer than 0; there is no such wait without an end");
  }

  void notEmpty(const Section& section, std::string_view name, std::string_view advice) {
    if (section.string(name).empty()) {
      add(section, name, "must not be empty; " + std::string(advice));
    }
  }

  void add(const Section& section, std::string_view name, std::string_view why) {
    problems_.add(section.invalid(name, why));
  }

 private:
  const Section& server_;
  Problems& problems_;
};

// Also for --listen, which has no place in the file.
std::string wrongListen(const std::vector<std::string>& addresses) {
  if (addresses.empty()) return "is empty; write where to listen, [\"127.0.0.1:8080\"]";
  for (auto address = addresses.begin(); address != addresses.end(); ++address) {
    std::string why = wrongListenAddress(*address);
    if (!why.empty()) return why;
    const bool anyPort = address->ends_with(":0");
    if (!anyPort && std::find(addresses.begin(), address, *address) != address) {
      return shown(*address) + " is there twice; remove one";
    }
  }
  return "";
}

void checkAddresses(const Section& server, const std::vector<std::string>& listen,
                    Problems& problems, Checks& checks) {
  if (!listen.empty()) {
    const std::string why = wrongListen(listen);
    if (!why.empty()) problems.add({"--listen", 0, 0}, "", why);
  } else if (const std::string why = wrongListen(server.list("listen")); !why.empty()) {
    checks.add(server, "listen", why);
  }
  const std::string url = wrongBaseUrl(server.string("base_url"));
  if (!url.empty()) checks.add(server, "base_url", url);
  for (const std::string& network : server.list("trusted_proxies")) {
    const std::string why = wrongNetwork(network);
    if (!why.empty()) checks.add(server, "trusted_proxies", why);
  }
}

void checkTls(const Section& tls, Checks& checks) {
  const std::string certificate = tls.string("certificate");
  const std::string key = tls.string("key");
  if (certificate.empty() != key.empty()) {
    checks.add(tls, certificate.empty() ? "certificate" : "key",
               "is missing; TLS needs both certificate and key, plain HTTP neither");
    return;
  }
  if (certificate.empty()) return;
  for (const char* name : {"certificate", "key"}) {
    const std::string path = tls.string(name);
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
      const std::string reason = std::generic_category().message(errno);
      checks.add(tls, name,
                 "cannot read " + shown(path) + ": " + reason + "; correct the path or its rights");
    } else {
      ::close(fd);
    }
  }
}

void checkLogs(const Section& server, Checks& checks) {
  const Section& log = server.map("log");
  checks.oneOf(log, "format", {"text", "json"});
  checks.oneOf(log, "level", {"debug", "info", "warning", "error"});
  checks.oneOf(server.map("access_log"), "format", {"text", "json"});
  checks.notEmpty(server.map("access_log"), "path", "write a file, stdout, stderr or off");
}

void checkLimits(const Section& server, Checks& checks) {
  constexpr std::int64_t kMany = 1'000'000;
  checks.notEmpty(server, "spool", "write a directory");
  checks.sizeRange("upload_limit", 1, INT64_MAX);
  checks.sizeRange("head_limit", 1024, std::uint64_t{1} << 20);
  checks.sizeRange("target_limit", 256, std::uint64_t{1} << 20);
  if (server.size("target_limit") > server.size("head_limit")) {
    checks.add(server, "target_limit",
               "must not be larger than head_limit, which holds the request line too");
  }
  checks.range(server, "loops", 0, 1024);
  checks.range(server, "workers", 1, 4096);
  checks.range(server, "queue", 1, kMany);
  checks.range(server, "max_connections", 0, kMany);
  for (const char* name :
       {"head_timeout", "body_timeout", "write_timeout", "idle_timeout", "handler_timeout"}) {
    checks.positive(name);
  }
  const Section& throttle = server.map("throttle");
  checks.range(throttle, "per_user", 0, kMany);
  checks.range(throttle, "per_address", 0, kMany);
  if (throttle.duration("first_wait") > throttle.duration("longest_wait")) {
    checks.add(throttle, "first_wait", "must not be longer than longest_wait");
  }
}

}  // namespace

void checkServer(const Section& server, const std::vector<std::string>& listen,
                 Problems& problems) {
  Checks checks(server, problems);
  checkAddresses(server, listen, problems, checks);
  checkTls(server.map("tls"), checks);
  checkLogs(server, checks);
  checkLimits(server, checks);
}

}  // namespace larder::config
