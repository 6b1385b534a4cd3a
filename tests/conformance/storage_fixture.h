#pragma once

#include <string>
#include <vector>

#include "core/base/hex.h"
#include "tests/conformance/backend.h"
#include "tests/conformance/together.h"
#include "tests/fakes/bytes.h"

namespace larder::conformance {

/// A storage with a place of its own in it, emptied afterwards: the backend may be
/// shared and hold other things.
class StorageFixture : public CppUnit::TestFixture {
 public:
  void setUp() override { storage_ = backend().storage(); }

  void tearDown() override {
    CallContext ctx = makeContext();
    while (true) {
      const auto page = storage_->list(ctx, prefix_, "", 1000);
      if (!page || page->objects.empty()) return;
      for (const auto& object : page->objects) {
        if (!storage_->remove(ctx, object.key)) return;
      }
    }
  }

 protected:
  /// `name` in this test's place.
  std::string key(const std::string& name) const { return prefix_ + name; }
  const std::string& prefix() const { return prefix_; }
  sdk::Storage& storage() { return *storage_; }

  sdk::Result<sdk::ObjectInfo> tryPut(const std::string& name, const std::string& bytes,
                                      const sdk::PutOptions& options = {}) {
    return tryPut(*storage_, name, bytes, options);
  }
  sdk::Result<sdk::ObjectInfo> tryPut(sdk::Storage& where, const std::string& name,
                                      const std::string& bytes,
                                      const sdk::PutOptions& options = {}) {
    CallContext ctx = makeContext();
    test::StringContent content(bytes);
    return where.put(ctx, key(name), content, options);
  }

  sdk::ObjectInfo put(const std::string& name, const std::string& bytes,
                      const sdk::PutOptions& options = {}) {
    auto info = tryPut(name, bytes, options);
    LARDER_ASSERT_OK(info);
    return std::move(info).value();
  }

  sdk::Result<std::string> tryRead(sdk::Storage& where, const std::string& name,
                                   sdk::ByteRange range = {}) {
    CallContext ctx = makeContext();
    LARDER_TRY_ASSIGN(auto object, where.open(ctx, key(name), range));
    return test::readAll(*object.body);
  }

  std::string read(const std::string& name, sdk::ByteRange range = {}) {
    auto bytes = tryRead(*storage_, name, range);
    LARDER_ASSERT_OK(bytes);
    return std::move(bytes).value();
  }

  sdk::Result<sdk::ObjectInfo> stat(const std::string& name) {
    CallContext ctx = makeContext();
    return storage_->stat(ctx, key(name));
  }

  void remove(const std::string& name) {
    CallContext ctx = makeContext();
    LARDER_ASSERT_OK(storage_->remove(ctx, key(name)));
  }

  sdk::ObjectPage list(const std::string& name, const std::string& after = {},
                       std::size_t limit = 1000) {
    CallContext ctx = makeContext();
    auto page = storage_->list(ctx, key(name), after.empty() ? "" : key(after), limit);
    LARDER_ASSERT_OK(page);
    return std::move(page).value();
  }

  /// The names of all pages together.
  std::vector<std::string> names(const std::string& name, std::size_t limit = 1000) {
    std::vector<std::string> all;
    std::string after;
    CallContext ctx = makeContext();
    do {
      const auto page = storage_->list(ctx, key(name), after, limit);
      LARDER_ASSERT_OK(page);
      CPPUNIT_ASSERT(page->objects.size() <= limit);
      for (const auto& object : page->objects) {
        CPPUNIT_ASSERT(object.key.starts_with(prefix_));
        all.push_back(object.key.substr(prefix_.size()));
      }
      after = page->next;
    } while (!after.empty());
    return all;
  }

  static void assertSame(const sdk::ObjectInfo& a, const sdk::ObjectInfo& b) {
    CPPUNIT_ASSERT_EQUAL(a.key, b.key);
    CPPUNIT_ASSERT_EQUAL(a.size, b.size);
    CPPUNIT_ASSERT_EQUAL(a.etag, b.etag);
    CPPUNIT_ASSERT(a.modified == b.modified);
  }

 private:
  const std::string prefix_ = "conformance/" + randomHex(6) + "/";
  std::unique_ptr<sdk::Storage> storage_;
};

/// Bytes that differ from each other at every place, to see mixtures.
inline std::string pattern(std::size_t size, int seed) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) {
    bytes[i] = static_cast<char>(i * 31 + static_cast<std::size_t>(seed) * 101 + i / 251);
  }
  return bytes;
}

}  // namespace larder::conformance

#define LARDER_ASSERT_CODE(wanted, expr)                                                     \
  do {                                                                                       \
    const auto& larder_answer_ = (expr);                                                     \
    CPPUNIT_ASSERT_MESSAGE(#expr " succeeded, wanted " #wanted, !larder_answer_.ok());       \
    CPPUNIT_ASSERT_MESSAGE("wanted " #wanted ", found: " + larder_answer_.error().message(), \
                           larder_answer_.error().code() == ::larder::sdk::Errc::wanted);    \
  } while (false)
