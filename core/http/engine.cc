#include "core/http/engine.h"

#include <charconv>
#include <chrono>
#include <exception>

#include "core/base/hex.h"

namespace larder::http {

Telemetry::Telemetry(sdk::Metrics& metrics)
    : connections(metrics.gauge("larder_http_connections", "Open client connections.")),
      inFlight(metrics.gauge("larder_http_requests_in_flight",
                             "Requests that wait for the pool, run on it, or send their body.")),
      queued(metrics.gauge("larder_http_pool_queue_depth", "Jobs that wait for a pool thread.")),
      accepted(metrics.counter("larder_http_connections_accepted_total", "Accepted connections.")),
      acceptFailures(metrics.counter("larder_http_accept_failures_total",
                                     "Connections that could not be accepted.")),
      received(metrics.counter("larder_http_received_bytes_total", "Bytes read from clients.")),
      sent(metrics.counter("larder_http_sent_bytes_total", "Bytes sent to clients.")),
      refused(metrics.counter("larder_http_refused_requests_total",
                              "Requests whose head or body framing was malformed or too long.")),
      poolRejected(metrics.counter("larder_http_pool_rejected_total",
                                   "Requests answered 503 because the pool's queue was full.")),
      overdue(metrics.counter("larder_http_handlers_overdue_total",
                              "Handlers that missed their deadline.")),
      threw(metrics.counter("larder_http_handlers_threw_total", "Handlers that threw.")),
      aborted(metrics.counter("larder_http_responses_aborted_total",
                              "Responses that were cut off in the middle.")) {}

Engine::Engine(ServerOptions chosen, Application& app, sdk::Logger& log, sdk::Metrics& metrics)
    : options(std::move(chosen)),
      application(app),
      logger(log),
      telemetry(metrics),
      pool(options.poolThreads, options.poolQueue, telemetry.queued),
      idPrefix_(randomHex(4) + "-") {}

Plan Engine::plan(const std::shared_ptr<const Request>& request) {
  try {
    return application.plan(request);
  } catch (const std::exception& problem) {
    reportThrown(request.get(), problem.what());
  } catch (...) {
    reportThrown(request.get(), "not a std::exception");
  }
  Plan plan;
  plan.answer = failure(request.get(), 500, "internal error");
  return plan;
}

Response Engine::failure(const Request* request, int status, std::string_view message) {
  try {
    Response response = application.failure(request, status, message);
    response.status = status;
    if (std::holds_alternative<StreamBody>(response.body)) response.body = std::string();
    return response;
  } catch (...) {
    reportThrown(request, "while making the text of a failure");
  }
  Response plain;
  plain.status = status;
  return plain;
}

Response Engine::busy(const Request* request, std::string_view message) {
  Response response = failure(request, 503, message);
  response.headers.emplace_back("Retry-After", "2");
  return response;
}

void Engine::reportThrown(const Request* request, std::string_view what) noexcept {
  telemetry.threw.add();
  logger.error("http.handler.threw", "an exception reached the connection engine",
               {{"request", request == nullptr ? std::string_view() : request->id},
                {"target", request == nullptr ? std::string_view() : request->path},
                {"what", what}});
}

void Engine::reportSaturated() noexcept {
  telemetry.poolRejected.add();
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(
                       std::chrono::steady_clock::now().time_since_epoch())
                       .count();
  auto last = saturatedAt_.load(std::memory_order_relaxed);
  if (now - last < 10 || !saturatedAt_.compare_exchange_strong(last, now)) return;
  logger.warning("http.pool.saturated", "more requests are waiting than the pool may queue",
                 {{"queue", std::to_string(options.poolQueue)}});
}

void Engine::nextId(std::string& id) {
  char digits[16];
  const auto number = ids_.fetch_add(1, std::memory_order_relaxed);
  char* end = std::to_chars(digits, digits + sizeof digits, number, 16).ptr;
  id.assign(idPrefix_).append(digits, static_cast<std::size_t>(end - digits));
}

}  // namespace larder::http
