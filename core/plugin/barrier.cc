#include "core/plugin/barrier.h"

#include <algorithm>

#include "core/plugin/error_names.h"

namespace larder::plugin {
namespace {

constexpr double kBounds[] = {0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30};
constexpr const char* kRules[] = {"exception", "deadline", "answer"};

std::string milliseconds(std::chrono::steady_clock::duration time) {
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(time).count());
}

}  // namespace

Barrier::Operation::Operation(Barrier& barrier, std::string_view name)
    : barrier_(barrier),
      name_(name),
      seconds_(barrier.host_.metrics().histogram("larder_plugin_call_seconds",
                                                 "Time spent in calls to plugins", kBounds,
                                                 {{"kind", barrier.kind_}, {"op", name_}})) {
  for (std::size_t i = 0; i < violations_.size(); ++i) {
    violations_[i] = &barrier.host_.metrics().counter(
        "larder_plugin_violations_total", "Answers of plugins that broke their contract",
        {{"kind", barrier.kind_}, {"op", name_}, {"rule", kRules[i]}});
  }
}

Barrier::Time Barrier::Operation::finish(Time start) noexcept {
  const Time end = std::chrono::steady_clock::now();
  seconds_.observe(std::chrono::duration<double>(end - start).count());
  return end;
}

void Barrier::Operation::failed(const sdk::Error& error) {
  auto& slot = failures_[std::min<std::size_t>(static_cast<std::size_t>(error.code()), 15)];
  sdk::Counter* counter = slot.load(std::memory_order_acquire);
  if (counter == nullptr) {
    counter = &barrier_.host_.metrics().counter(
        "larder_plugin_errors_total", "Errors that plugins returned, by code",
        {{"kind", barrier_.kind_}, {"op", name_}, {"code", errorName(error.code())}});
    slot.store(counter, std::memory_order_release);
  }
  counter->add();
}

void Barrier::Operation::violated(Rule rule) { violations_[static_cast<std::size_t>(rule)]->add(); }

sdk::Error Barrier::Operation::expired() const {
  return {sdk::Errc::Timeout, name_ + ": not started, its deadline had passed"};
}

sdk::Error Barrier::Operation::late(std::chrono::steady_clock::duration by) {
  violated(Rule::Deadline);
  barrier_.host_.logger().warning("plugin.deadline.exceeded",
                                  "A plugin answered after the deadline of the call",
                                  {{"op", name_}, {"late_ms", milliseconds(by)}});
  return {sdk::Errc::Timeout, name_ + ": answered " + milliseconds(by) + " ms after the deadline"};
}

sdk::Error Barrier::Operation::escaped(std::string_view what) {
  violated(Rule::Exception);
  barrier_.host_.logger().error("plugin.exception.escaped", "A plugin let an exception out",
                                {{"op", name_}, {"what", what}});
  return {sdk::Errc::Internal, name_ + ": the plugin let an exception out: " + std::string(what)};
}

sdk::Error Barrier::Operation::malformed(std::string_view what) {
  violated(Rule::Answer);
  barrier_.host_.logger().error("plugin.answer.malformed",
                                "A plugin gave an answer that its contract forbids",
                                {{"op", name_}, {"what", what}});
  return {sdk::Errc::Internal, name_ + ": the plugin " + std::string(what)};
}

}  // namespace larder::plugin
