#pragma once

#include <cppunit/Exception.h>
#include <cppunit/extensions/HelperMacros.h>

#include <string>

namespace larder::test {

/// Thrown by LARDER_SKIP; the runner lists the test as skipped with its reason.
class Skipped final : public CppUnit::Exception {
 public:
  explicit Skipped(const std::string& reason) : Exception(CppUnit::Message(reason)) {}
  // CppUnit keeps a copy; it must still be known for what it is.
  Skipped* clone() const override { return new Skipped(*this); }
};

/// A directory of its own for one test, removed with all that is in it.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::string& path() const noexcept { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace larder::test

#define LARDER_SKIP(reason) throw ::larder::test::Skipped(reason)

/// Fails with the Error's text when a Result is not ok.
#define LARDER_ASSERT_OK(expr)                                                                     \
  do {                                                                                             \
    const auto& larder_result_ = (expr);                                                           \
    CPPUNIT_ASSERT_MESSAGE(larder_result_.ok() ? std::string() : larder_result_.error().message(), \
                           larder_result_.ok());                                                   \
  } while (false)
