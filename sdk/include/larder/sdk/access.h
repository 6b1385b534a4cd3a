#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "larder/sdk/component.h"

namespace larder::sdk {

/// What can be asked of the gate. Replace and Delete are Write plus the
/// repository's own `overwrite` and `delete` lists. Grants hold Read, Write or
/// Admin only.
enum class Verb : std::uint8_t { Read, Write, Replace, Delete, Admin };

/// What is being protected: a repository, and optionally one project in it.
struct Resource {
  std::string repository;
  std::string project;  ///< Normalised by the format. Empty: the repository itself.
};

struct Identity {
  std::string user;  ///< Empty: nobody is logged in.
  std::vector<std::string> groups;
  bool admin = false;
};

/// Valid only during the call it is passed to. Never copied into a log.
struct Credentials {
  std::string_view user;
  std::string_view secret;  ///< A password, or a token when `user` is "__token__".
};

struct Grant {
  enum class To : std::uint8_t { User, Group, Authenticated, Everyone };
  To to = To::User;
  std::string name;  ///< User or group name; empty for the other two.
  Verb verb = Verb::Read;
};

struct ProjectGrant {
  std::string project;  ///< As the operator wrote it; the host normalises.
  Grant grant;
};

/// Who someone is. States facts, takes no decision: whether an identity may do
/// something is worked out by the host, in one place, for every backend.
class Access : public Component {
 public:
  static constexpr FacetId kFacet{"larder.access/1"};

  /// Errors: Unauthenticated for a wrong secret and for an unknown user alike,
  /// in the same time, and for an empty secret always; Unavailable when the
  /// directory cannot be asked (the host then answers 503, never "wrong password").
  virtual Result<Identity> authenticate(Context& ctx, const Credentials& credentials) = 0;

  /// The identity `user` would get, without a secret. Errors: NotFound.
  virtual Result<Identity> identify(Context& ctx, std::string_view user) = 0;

  void* facet(FacetId id) noexcept override { return id == kFacet ? this : nullptr; }
};

/// Optional: the backend also holds who may do what.
class GrantSource {
 public:
  static constexpr FacetId kFacet{"larder.access.grants/1"};

  /// Every grant on any project of `repository`, in one call. Empty is a normal
  /// answer.
  virtual Result<std::vector<ProjectGrant>> grantsOf(Context& ctx, std::string_view repository) = 0;

 protected:
  ~GrantSource() = default;
};

/// Optional: makes remembered identities and grants exact. A host that holds an
/// answer obtained at version v may use it while the version is still v. Without
/// this facet it asks again after the backend's own `cache_time`.
class AccessVersion {
 public:
  static constexpr FacetId kFacet{"larder.access.version/1"};

  /// One cheap round trip. Any change to users, secrets, groups or grants by any
  /// process changes the answer before that change is acknowledged.
  virtual Result<std::string> version(Context& ctx) = 0;

  /// The same without blocking, or nothing where that is impossible.
  virtual std::optional<std::uint64_t> versionNow() noexcept = 0;

 protected:
  ~AccessVersion() = default;
};

}  // namespace larder::sdk
