#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "version.h"

namespace larder::pypi {

/// Whatever stands where a version should: PEP 440, the output of `git describe`, or anything else.
/// All of it has a place in one total order:
///
/// - PEP 440 versions in the order of the PEP;
/// - "0.1.0-2-g185e630" right after the release that it describes (before its local and post
///   releases), by the number of commits, "-dirty" after the same without it;
/// - anything else below all of these, in natural order ("build9" before "build10").
///
/// Two of them are equal when they name the same release: "1.0" and "v1.0.0". '_' and '-' are the
/// same in what is not PEP 440, because wheels cannot have a '-' there.
class AnyVersion {
 public:
  explicit AnyVersion(std::string_view text);

  /// As given, without blanks around it.
  const std::string& text() const noexcept { return text_; }
  /// For showing: the normal form where PEP 440 knows one, else text().
  const std::string& display() const noexcept {
    return standard_ ? standard_->normalized() : text_;
  }

  /// Nothing unless it is PEP 440.
  const std::optional<Version>& standard() const noexcept { return standard_; }
  bool describesCommit() const noexcept { return describes_; }

  /// Whether an installer would pass it over by default. Everything but PEP 440 is one.
  bool isPrerelease() const noexcept { return !standard_ || standard_->isPrerelease(); }

  /// As Version::orderKey(), for all of them together.
  const std::string& orderKey() const noexcept { return key_; }

  friend std::strong_ordering operator<=>(const AnyVersion& a, const AnyVersion& b) noexcept {
    return a.key_.compare(b.key_) <=> 0;
  }
  friend bool operator==(const AnyVersion& a, const AnyVersion& b) noexcept {
    return a.key_ == b.key_;
  }

 private:
  bool parseDescription();
  void useNaturalOrder();

  std::string text_;
  std::string key_;
  std::optional<Version> standard_;
  bool describes_ = false;
};

/// Whether `version` is made of digits and single dots between them: what pypicloud calls stable.
bool isStable(std::string_view version) noexcept;

/// Whether larder stores a version so spelled: 1..128 bytes of [A-Za-z0-9._+!~@=-], the first a
/// letter or digit, so that ".." is none.
bool isVersionText(std::string_view version) noexcept;

}  // namespace larder::pypi
