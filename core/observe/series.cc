#include "core/observe/series.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace larder::observe {

namespace {

constexpr double kSeconds[] = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                               0.25,   0.5,   1,      2.5,   5,    10,    30,   60};

template <class Number>
void appendShortest(std::string& out, Number value) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, value).ptr;
  out.append(text, end);
}

void appendNumber(std::string& out, double value) {
  if (std::isnan(value)) {
    out += "NaN";
  } else if (std::isinf(value)) {
    out += value > 0 ? "+Inf" : "-Inf";
  } else {
    appendShortest(out, value);
  }
}

void appendName(std::string& out, std::string_view name, std::string_view suffix,
                std::string_view labels) {
  out += name;
  out += suffix;
  if (!labels.empty()) {
    out += '{';
    out += labels;
    out += '}';
  }
  out += ' ';
}

}  // namespace

void CounterSeries::render(std::string& out, std::string_view name, std::string_view labels) const {
  appendName(out, name, "", labels);
  appendShortest(out, value_.load(std::memory_order_relaxed));
  out += '\n';
}

void GaugeSeries::render(std::string& out, std::string_view name, std::string_view labels) const {
  appendName(out, name, "", labels);
  appendNumber(out, value_.load(std::memory_order_relaxed));
  out += '\n';
}

HistogramSeries::HistogramSeries(std::vector<double> bounds)
    : bounds_(std::move(bounds)),
      buckets_(std::make_unique<std::atomic<std::uint64_t>[]>(bounds_.size() + 1)) {}

void HistogramSeries::observe(double value) noexcept {
  if (std::isnan(value)) return;  // would make the sum useless for ever
  const auto bucket = std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin();
  buckets_[static_cast<std::size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(value, std::memory_order_relaxed);
}

void HistogramSeries::render(std::string& out, std::string_view name,
                             std::string_view labels) const {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i <= bounds_.size(); ++i) {
    count += buckets_[i].load(std::memory_order_relaxed);
    std::string all(labels);
    all += all.empty() ? "le=\"" : ",le=\"";
    appendNumber(all, i < bounds_.size() ? bounds_[i] : INFINITY);
    all += '"';
    appendName(out, name, "_bucket", all);
    appendShortest(out, count);
    out += '\n';
  }
  appendName(out, name, "_sum", labels);
  appendNumber(out, sum_.load(std::memory_order_relaxed));
  out += '\n';
  appendName(out, name, "_count", labels);  // from the buckets, so that it always equals le="+Inf"
  appendShortest(out, count);
  out += '\n';
}

std::vector<double> usableBounds(std::span<const double> bounds) {
  std::vector<double> usable;
  std::copy_if(bounds.begin(), bounds.end(), std::back_inserter(usable),
               [](double bound) { return std::isfinite(bound); });
  if (usable.empty()) usable.assign(std::begin(kSeconds), std::end(kSeconds));
  std::sort(usable.begin(), usable.end());
  usable.erase(std::unique(usable.begin(), usable.end()), usable.end());
  return usable;
}

}  // namespace larder::observe
