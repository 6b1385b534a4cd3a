#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace larder::pypi {

/// A version of PEP 440. Numbers may have any length. Everything is worked out when it is parsed,
/// so comparing costs one comparison of short strings.
class Version {
 public:
  /// Nothing when `text`, blanks around it aside, is no PEP 440 version. Case, a leading 'v' and
  /// the alternative spellings of the PEP's appendix B are accepted.
  static std::optional<Version> parse(std::string_view text);

  /// The normal form for showing: "1.0-RC.01" is "1.0rc1". Zeros at the end of the release stay.
  const std::string& normalized() const noexcept { return normalized_; }

  /// Equal for all spellings of one release: as normalized(), without zeros at the end of the
  /// release ("1.0.0" is "1").
  const std::string& canonical() const noexcept { return canonical_; }

  /// Without the local part, in normal form.
  std::string publicPart() const { return normalized_.substr(0, normalized_.find('+')); }

  bool isPrerelease() const noexcept { return pre_ || dev_; }  ///< a, b, rc or dev.
  bool isDevelopment() const noexcept { return dev_; }
  bool isPostrelease() const noexcept { return post_; }
  bool isLocal() const noexcept { return local_; }

  /// Bytes without NUL whose order is the order of PEP 440, for keys that sort by themselves. No
  /// key is the beginning of another.
  const std::string& orderKey() const noexcept { return key_; }

  friend std::strong_ordering operator<=>(const Version& a, const Version& b) noexcept {
    return a.key_.compare(b.key_) <=> 0;
  }
  friend bool operator==(const Version& a, const Version& b) noexcept { return a.key_ == b.key_; }

 private:
  Version() = default;

  std::string normalized_;
  std::string canonical_;
  std::string key_;
  bool pre_ = false;
  bool dev_ = false;
  bool post_ = false;
  bool local_ = false;
};

}  // namespace larder::pypi
