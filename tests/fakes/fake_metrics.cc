#include "tests/fakes/fake_metrics.h"

namespace larder::test {

FakeMetrics::Series& FakeMetrics::series(std::string_view name, const sdk::Labels& labels) {
  auto all = series_.lock();
  auto& slot = (*all)[Key(std::string(name), labels)];
  if (!slot) slot = std::make_unique<Series>();
  return *slot;
}

sdk::Counter& FakeMetrics::counter(std::string_view name, std::string_view,
                                   const sdk::Labels& labels) {
  return series(name, labels);
}

sdk::Gauge& FakeMetrics::gauge(std::string_view name, std::string_view, const sdk::Labels& labels) {
  return series(name, labels);
}

sdk::Histogram& FakeMetrics::histogram(std::string_view name, std::string_view,
                                       std::span<const double>, const sdk::Labels& labels) {
  return series(name, labels);
}

double FakeMetrics::value(std::string_view name, const sdk::Labels& labels) {
  auto all = series_.lock();
  const auto found = all->find(Key(std::string(name), labels));
  return found == all->end() ? 0 : found->second->value();
}

std::vector<std::string> FakeMetrics::names() {
  std::vector<std::string> names;
  for (const auto& [key, series] : *series_.lock()) {
    if (names.empty() || names.back() != key.first) names.push_back(key.first);
  }
  return names;
}

}  // namespace larder::test
