#pragma once

#include <string>
#include <vector>

#include "core/base/hex.h"
#include "tests/conformance/backend.h"
#include "tests/conformance/together.h"

namespace larder::conformance {

/// A cache with a place of its own in it, emptied afterwards: the backend may be
/// shared and hold other things.
class CacheFixture : public CppUnit::TestFixture {
 public:
  void setUp() override { cache_ = backend().cache(); }

  void tearDown() override {
    CallContext ctx = makeContext();
    while (true) {
      const auto page = cache_->scan(ctx, prefix_, "", 1000);
      if (!page || page->records.empty()) return;
      sdk::Batch batch;
      for (const auto& record : page->records) batch.erase.push_back(record.key);
      if (!cache_->apply(ctx, batch)) return;
    }
  }

 protected:
  using Writes = std::vector<sdk::Batch::Write>;

  std::string key(const std::string& name) const { return prefix_ + name; }
  const std::string& prefix() const { return prefix_; }
  sdk::Cache& cache() { return *cache_; }

  /// A batch whose keys are names in this test's place.
  sdk::Batch batch(std::vector<sdk::Batch::Expect> expect, Writes put,
                   std::vector<std::string> erase = {}) const {
    for (auto& one : expect) one.key = key(one.key);
    for (auto& one : put) one.key = key(one.key);
    for (auto& one : erase) one = key(one);
    return {std::move(expect), std::move(put), std::move(erase)};
  }

  sdk::Result<void> tryApply(const sdk::Batch& changes) { return tryApply(*cache_, changes); }
  static sdk::Result<void> tryApply(sdk::Cache& where, const sdk::Batch& changes) {
    CallContext ctx = makeContext();
    return where.apply(ctx, changes);
  }
  void apply(const sdk::Batch& changes) { LARDER_ASSERT_OK(tryApply(changes)); }
  void put(const std::string& name, const std::string& value) { apply(batch({}, {{name, value}})); }
  void erase(const std::string& name) { apply(batch({}, {}, {name})); }

  sdk::RecordSet getSet(sdk::Cache& where, std::vector<std::string> names) {
    for (auto& name : names) name = key(name);
    CallContext ctx = makeContext();
    auto found = where.get(ctx, names);
    LARDER_ASSERT_OK(found);
    for (const auto& record : found->records) {
      CPPUNIT_ASSERT_MESSAGE("a version is 0", !record || record->version != 0);
    }
    return std::move(found).value();
  }
  std::vector<std::optional<sdk::Record>> get(const std::vector<std::string>& names) {
    return getSet(*cache_, names).records;
  }
  std::optional<sdk::Record> get(const std::string& name) { return get(std::vector{name})[0]; }

  sdk::Record must(const std::string& name) {
    auto found = get(name);
    CPPUNIT_ASSERT_MESSAGE(name + " is absent", found.has_value());
    return *std::move(found);
  }

  /// The value, or "(absent)".
  std::string value(const std::string& name) {
    const auto found = get(name);
    return found ? found->value : "(absent)";
  }

  sdk::RecordPage scan(const std::string& name, const std::string& after = {},
                       std::size_t limit = 1000) {
    CallContext ctx = makeContext();
    auto page = cache_->scan(ctx, key(name), after.empty() ? "" : key(after), limit);
    LARDER_ASSERT_OK(page);
    return std::move(page).value();
  }

  /// The names of all pages together.
  std::vector<std::string> names(const std::string& name, std::size_t limit = 1000) {
    std::vector<std::string> all;
    std::string after;
    CallContext ctx = makeContext();
    do {
      const auto page = cache_->scan(ctx, key(name), after, limit);
      LARDER_ASSERT_OK(page);
      CPPUNIT_ASSERT(page->records.size() <= limit);
      for (const auto& record : page->records) all.push_back(record.key.substr(prefix_.size()));
      after = page->next;
    } while (!after.empty());
    return all;
  }

 private:
  const std::string prefix_ = "conformance/" + randomHex(6) + "/";
  std::unique_ptr<sdk::Cache> cache_;
};

}  // namespace larder::conformance
