#pragma once

#include <atomic>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "larder/sdk/host.h"

namespace larder::observe {

/// One metric with one set of labels; `labels` is `a="x",b="y"` or empty.
class Series {
 public:
  virtual ~Series() = default;
  virtual void render(std::string& out, std::string_view name, std::string_view labels) const = 0;
};

class CounterSeries final : public Series, public sdk::Counter {
 public:
  void add(std::uint64_t n = 1) noexcept override {
    value_.fetch_add(n, std::memory_order_relaxed);
  }
  void render(std::string& out, std::string_view name, std::string_view labels) const override;

 private:
  std::atomic<std::uint64_t> value_ = 0;
};

class GaugeSeries final : public Series, public sdk::Gauge {
 public:
  void set(double value) noexcept override { value_.store(value, std::memory_order_relaxed); }
  void add(double change) noexcept override { value_.fetch_add(change, std::memory_order_relaxed); }
  void render(std::string& out, std::string_view name, std::string_view labels) const override;

 private:
  std::atomic<double> value_ = 0;
};

class HistogramSeries final : public Series, public sdk::Histogram {
 public:
  /// `bounds`: finite and ascending.
  explicit HistogramSeries(std::vector<double> bounds);
  void observe(double value) noexcept override;
  void render(std::string& out, std::string_view name, std::string_view labels) const override;

 private:
  const std::vector<double> bounds_;
  const std::unique_ptr<std::atomic<std::uint64_t>[]> buckets_;  // one more than bounds
  std::atomic<double> sum_ = 0;
};

/// `bounds` without what is not finite, ascending, each once; the common ones for seconds when
/// nothing remains.
std::vector<double> usableBounds(std::span<const double> bounds);

}  // namespace larder::observe
