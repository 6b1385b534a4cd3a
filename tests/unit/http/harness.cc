#include "tests/unit/http/harness.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "core/message/text.h"

namespace larder::http::test {
namespace {

constexpr int kPatience = 20'000;  // ms; only a failing test waits that long

}  // namespace

bool EventLog::has(std::string_view event) {
  auto events = events_.lock();
  return std::find(events->begin(), events->end(), event) != events->end();
}

Numbers::Cell& Numbers::cell(std::string_view name) {
  auto cells = cells_.lock();
  auto found = cells->find(name);
  if (found == cells->end()) {
    found = cells->emplace(std::string(name), std::make_unique<Cell>()).first;
  }
  return *found->second;
}

sdk::Counter& Numbers::counter(std::string_view name, std::string_view, const sdk::Labels&) {
  return cell(name);
}
sdk::Gauge& Numbers::gauge(std::string_view name, std::string_view, const sdk::Labels&) {
  return cell(name);
}
sdk::Histogram& Numbers::histogram(std::string_view name, std::string_view, std::span<const double>,
                                   const sdk::Labels&) {
  return cell(name);
}
double Numbers::value(const std::string& name) { return cell(name).number; }

void Gate::open() {
  state_.lock()->open = true;
  changed_.notify_all();
}

void Gate::wait() {
  auto state = state_.lock();
  ++state->visitors;
  changed_.notify_all();
  changed_.wait(state.raw(), [&] { return state->open; });
}

void Gate::awaitVisitor() {
  auto state = state_.lock();
  changed_.wait(state.raw(), [&] { return state->visitors > 0; });
}

ScriptedApplication::ScriptedApplication()
    : otherwise([](const auto&) { return answerText("hello"); }) {}

Plan ScriptedApplication::plan(const std::shared_ptr<const Request>& request) {
  asked_.lock()->push_back(request->method + " " + request->target);
  const auto script = scripts.find(request->path);
  return script == scripts.end() ? otherwise(request) : script->second(request);
}

Response ScriptedApplication::failure(const Request*, int status, std::string_view message) {
  Response response;
  response.status = status;
  response.contentType = "text/plain";
  response.body = std::string(message);
  return response;
}

void ScriptedApplication::done(const Done& done) noexcept {
  Seen seen;
  if (done.request != nullptr) {
    seen.method = done.request->method;
    seen.target = done.request->target;
  }
  seen.peer = done.peer;
  seen.status = done.status;
  seen.received = done.received;
  seen.sent = done.sent;
  seen_.lock()->push_back(seen);
  changed_.notify_all();
}

std::vector<ScriptedApplication::Seen> ScriptedApplication::finished(std::size_t count) {
  auto seen = seen_.lock();
  changed_.wait_for(seen.raw(), std::chrono::milliseconds(kPatience),
                    [&] { return seen->size() >= count; });
  return *seen;
}

std::vector<std::string> ScriptedApplication::asked() { return *asked_.lock(); }

Plan answerNow(Response response) {
  Plan plan;
  plan.answer = std::move(response);
  return plan;
}

Plan answerText(std::string text, int status) {
  Response response;
  response.status = status;
  response.contentType = "text/plain";
  response.body = std::move(text);
  return answerNow(std::move(response));
}

Plan handleWith(std::function<Response(std::shared_ptr<Body>)> handle, std::uint64_t bodyLimit) {
  Plan plan;
  plan.bodyLimit = bodyLimit;
  plan.handle = std::move(handle);
  return plan;
}

std::string bytesOf(const Body& body) {
  std::string bytes(body.size(), '\0');
  auto got = body.readAt(0, std::as_writable_bytes(std::span(bytes)));
  if (!got || *got != bytes.size()) throw std::runtime_error("short body");
  return bytes;
}

Plan echo(std::uint64_t bodyLimit) {
  return handleWith(
      [](std::shared_ptr<Body> body) {
        Response response;
        response.body = std::to_string(body->size()) + ":" + bytesOf(*body).substr(0, 100);
        return response;
      },
      bodyLimit);
}

std::string Reply::header(const std::string& name) const {
  std::string all;
  const auto [from, to] = headers.equal_range(name);
  for (auto it = from; it != to; ++it) all += (all.empty() ? "" : ", ") + it->second;
  return all;
}

Client::Client(const std::string& address) {
  if (address.starts_with("unix:")) {
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    std::strncpy(name.sun_path, address.c_str() + 5, sizeof name.sun_path - 1);
    fd_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::connect(fd_, reinterpret_cast<sockaddr*>(&name), sizeof name) == 0) return;
    throw std::runtime_error("cannot connect to " + address);
  }
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  name.sin_port =
      htons(static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
  fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::connect(fd_, reinterpret_cast<sockaddr*>(&name), sizeof name) != 0) {
    throw std::runtime_error("cannot connect to " + address);
  }
}

Client::~Client() { closeNow(); }

void Client::closeNow() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

Client& Client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) break;  // the server may have ended; what it said is what matters
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return *this;
}

void Client::halfClose() { ::shutdown(fd_, SHUT_WR); }

bool Client::fill() {
  pollfd waiting{fd_, POLLIN, 0};
  if (::poll(&waiting, 1, kPatience) <= 0) throw std::runtime_error("the server says nothing");
  char buffer[65536];
  const auto got = ::recv(fd_, buffer, sizeof buffer, 0);
  reset_ = got < 0;
  if (got <= 0) return false;
  rest_.append(buffer, static_cast<std::size_t>(got));
  return true;
}

std::string Client::readSome() {
  if (rest_.empty()) fill();
  return std::exchange(rest_, {});
}

std::string Client::readAll() {
  while (fill()) {
  }
  return std::exchange(rest_, {});
}

bool Client::endedByServer() { return rest_.empty() && !fill() && !reset_; }

bool Client::wasReset() { return reset_; }

Reply Client::read(bool head) {
  Reply reply;
  std::size_t end = 0;
  while ((end = rest_.find("\r\n\r\n")) == std::string::npos) {
    if (!fill()) return reply;
  }
  const std::string top = rest_.substr(0, end);
  rest_.erase(0, end + 4);
  std::size_t line = top.find("\r\n");
  reply.status = std::stoi(top.substr(9, 3));
  reply.reason = top.substr(13, line - 13);
  while (line != std::string::npos) {
    const auto next = top.find("\r\n", line + 2);
    const auto text = top.substr(line + 2, next == std::string::npos ? next : next - line - 2);
    const auto colon = text.find(':');
    std::string name = text.substr(0, colon);
    std::transform(name.begin(), name.end(), name.begin(), lower);
    reply.headers.emplace(name, trim(std::string_view(text).substr(colon + 1)));
    line = next;
  }
  if (head || reply.status < 200 || reply.status == 204 || reply.status == 304) {
    reply.whole = true;
    return reply;
  }
  if (reply.header("transfer-encoding") == "chunked") {
    while (true) {
      std::size_t eol = 0;
      while ((eol = rest_.find("\r\n")) == std::string::npos) {
        if (!fill()) return reply;
      }
      const auto size = std::stoul(rest_.substr(0, eol), nullptr, 16);
      while (rest_.size() < eol + 2 + size + 2) {
        if (!fill()) return reply;
      }
      reply.body += rest_.substr(eol + 2, size);
      rest_.erase(0, eol + 2 + size + 2);
      if (size == 0) break;
    }
    reply.whole = true;
    return reply;
  }
  const std::string length = reply.header("content-length");
  if (length.empty()) {
    while (fill()) {
    }
    reply.body = std::exchange(rest_, {});
    reply.whole = !reset_;
    return reply;
  }
  const auto size = std::stoul(length);
  while (rest_.size() < size && fill()) {
  }
  reply.whole = rest_.size() >= size;
  reply.body = rest_.substr(0, size);
  rest_.erase(0, reply.body.size());
  return reply;
}

Fixture::Fixture(std::function<void(ServerOptions&, ScriptedApplication&)> prepare) {
  ServerOptions options;
  options.listen = {"127.0.0.1:0"};
  options.loops = 2;
  options.poolThreads = 4;
  options.spool = directory.path();
  if (prepare) prepare(options, application);
  server = std::make_unique<Server>(std::move(options), application, log, numbers);
  LARDER_ASSERT_OK(server->start());
}

Fixture::~Fixture() {
  if (server) server->stop(std::chrono::milliseconds(0));
}

Reply Fixture::ask(const std::string& request, bool head) {
  Client client = connect();
  client.send(request);
  return client.read(head);
}

std::string get(std::string_view path, std::string_view headers) {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: x\r\n" + std::string(headers) + "\r\n";
}

}  // namespace larder::http::test
