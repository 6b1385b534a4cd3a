#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "larder/sdk/host.h"

namespace larder::observe {

/// All metrics of the process. Adding to a metric takes no lock; asking for one does.
///
/// A request that Prometheus could not take (a malformed or reserved name, one name as two types,
/// more than 1000 label sets) still gets a metric to write to, but one that is never shown;
/// `larder_metrics_refused_total` counts such requests.
class MetricsRegistry final : public sdk::Metrics {
 public:
  MetricsRegistry();
  ~MetricsRegistry();

  sdk::Counter& counter(std::string_view name, std::string_view help,
                        const sdk::Labels& labels = {}) override;
  sdk::Gauge& gauge(std::string_view name, std::string_view help,
                    const sdk::Labels& labels = {}) override;
  /// Without usable bounds the common ones for seconds are taken. The bounds of a name's first
  /// use count for all its label sets.
  sdk::Histogram& histogram(std::string_view name, std::string_view help,
                            std::span<const double> bounds,
                            const sdk::Labels& labels = {}) override;

  /// Everything in the Prometheus text exposition format 0.0.4: families and label sets in byte
  /// order, so that two texts can be compared. Safe while others add.
  std::string render() const;

  /// The Content-Type of render().
  static constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Adds fixed labels, such as the plugin's instance, to every metric. They win over labels of the
/// same name that the user gives.
class ScopedMetrics final : public sdk::Metrics {
 public:
  /// `inner` is lent.
  ScopedMetrics(sdk::Metrics& inner, sdk::Labels fixed) : inner_(inner), fixed_(std::move(fixed)) {}

  sdk::Counter& counter(std::string_view name, std::string_view help,
                        const sdk::Labels& labels = {}) override {
    return inner_.counter(name, help, joined(labels));
  }
  sdk::Gauge& gauge(std::string_view name, std::string_view help,
                    const sdk::Labels& labels = {}) override {
    return inner_.gauge(name, help, joined(labels));
  }
  sdk::Histogram& histogram(std::string_view name, std::string_view help,
                            std::span<const double> bounds,
                            const sdk::Labels& labels = {}) override {
    return inner_.histogram(name, help, bounds, joined(labels));
  }

 private:
  sdk::Labels joined(const sdk::Labels& labels) const;

  sdk::Metrics& inner_;
  const sdk::Labels fixed_;
};

}  // namespace larder::observe
