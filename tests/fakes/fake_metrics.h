#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/guarded.h"
#include "larder/sdk/host.h"

namespace larder::test {

/// Keeps numbers that a test can ask for.
class FakeMetrics final : public sdk::Metrics {
 public:
  sdk::Counter& counter(std::string_view name, std::string_view help,
                        const sdk::Labels& labels = {}) override;
  sdk::Gauge& gauge(std::string_view name, std::string_view help,
                    const sdk::Labels& labels = {}) override;
  sdk::Histogram& histogram(std::string_view name, std::string_view help,
                            std::span<const double> bounds,
                            const sdk::Labels& labels = {}) override;

  /// Of a counter or gauge; of a histogram how often it was observed. 0 when it
  /// was never made.
  double value(std::string_view name, const sdk::Labels& labels = {});
  /// All names in use, sorted.
  std::vector<std::string> names();

 private:
  class Series final : public sdk::Counter, public sdk::Gauge, public sdk::Histogram {
   public:
    void add(std::uint64_t n) noexcept override { value_ += static_cast<double>(n); }
    void set(double value) noexcept override { value_ = value; }
    void add(double change) noexcept override { value_ += change; }
    void observe(double) noexcept override { value_ += 1; }
    double value() const noexcept { return value_; }

   private:
    std::atomic<double> value_ = 0;
  };
  using Key = std::pair<std::string, sdk::Labels>;

  Series& series(std::string_view name, const sdk::Labels& labels);

  Guarded<std::map<Key, std::unique_ptr<Series>>> series_;
};

}  // namespace larder::test
