#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/auth/access_stamp.h"
#include "core/auth/project_rights.h"
#include "core/auth/services.h"
#include "core/auth/single_flight.h"
#include "core/base/guarded.h"
#include "larder/sdk/access.h"

namespace larder::auth {

/// Who may do what in a repository where no grant says otherwise. Each list
/// holds group names and the words everyone, authenticated and admin.
struct Policy {
  std::string repository;
  std::vector<std::string> defaultRead;
  std::vector<std::string> defaultWrite;
  std::vector<std::string> overwrite;  ///< Of those who may write: who may replace a file.
  std::vector<std::string> remove;     ///< Of those who may write: who may delete one.
};

/// The answer to one question.
struct Decision {
  enum class Kind : std::uint8_t { Allowed, Unauthenticated, Forbidden };
  Kind kind = Kind::Forbidden;
  std::string reason;  ///< Why not, for people; may be shown to the client.

  bool allowed() const noexcept { return kind == Kind::Allowed; }
};

/// The one place that decides who may do what, for every format and backend.
///
/// | asked for      | who may                                                        |
/// |----------------|----------------------------------------------------------------|
/// | Read           | administrators; holders of a Read or Admin grant on the project; without any
/// grant on it, the default_read list | | Write          | the same with Write grants and
/// default_write; Write is not Read | | Replace        | those who may Write and are in the
/// overwrite list               | | Delete         | those who may Write and are in the delete list
/// | | Admin          | administrators; holders of an Admin grant on the project        |
///
/// A project with any grant of its own no longer has the defaults. The lists
/// bind administrators too, unless they hold the word admin: an immutable
/// repository stays one whoever uploads. The repository itself (no project) has
/// the defaults and nothing else.
///
/// Grants are compiled once and used while the backend's AccessVersion is the
/// same; without that facet for `unversionedFor`. A backend that cannot be asked
/// is an Error: never open, never "not allowed". Thread-safe.
class Gate {
 public:
  /// The format's rule for names. Errors: Invalid.
  using Normalize = std::function<sdk::Result<std::string>(std::string_view)>;

  struct Options {
    std::chrono::milliseconds unversionedFor = std::chrono::seconds(5);
  };

  /// `grants` and `version` may be null and outlive this. `version` is that of
  /// the backend which holds the grants.
  Gate(Policy policy, sdk::GrantSource* grants, sdk::AccessVersion* version, Normalize normalize,
       Services services, Options options);
  Gate(Policy policy, sdk::GrantSource* grants, sdk::AccessVersion* version, Normalize normalize,
       Services services)
      : Gate(std::move(policy), grants, version, std::move(normalize), services, Options()) {}

  /// Decides on `project`, in whatever spelling; empty: the repository itself.
  /// Errors: Invalid (no project name; may be shown), those of the backend.
  sdk::Result<Decision> decide(sdk::Context& ctx, const sdk::Identity& identity, sdk::Verb verb,
                               std::string_view project);
  /// The same without blocking. Nothing: call decide().
  std::optional<Decision> decideNow(const sdk::Identity& identity, sdk::Verb verb,
                                    std::string_view project);

  /// Whether the caller may do so to any project at all, existing or not: asked
  /// before a body is read whose project isn't known yet.
  sdk::Result<Decision> decideAny(sdk::Context& ctx, const sdk::Identity& identity, sdk::Verb verb);
  std::optional<Decision> decideAnyNow(const sdk::Identity& identity, sdk::Verb verb);

  /// Those of `projects`, which are normalised, that the caller may, in their order.
  sdk::Result<std::vector<std::string>> filter(sdk::Context& ctx, const sdk::Identity& identity,
                                               sdk::Verb verb, std::vector<std::string> projects);

  /// Whether default_read lets nobody in without a right.
  bool privateReads() const noexcept { return !read_.everyone; }

 private:
  struct Snapshot {
    std::shared_ptr<const RightsByProject> rights;
    Stamp stamp;
    std::chrono::steady_clock::time_point taken;
  };
  using Rights = std::shared_ptr<const RightsByProject>;

  Rights current(const Stamp& stamp) const;
  Rights now() const;
  sdk::Result<Rights> load(sdk::Context& ctx);
  sdk::Result<Rights> ask(sdk::Context& ctx);
  sdk::Result<Rights> fetch(sdk::Context& ctx, const Stamp& stamp);

  bool may(const sdk::Identity& identity, sdk::Verb verb, const ProjectRights* own) const;
  bool mayAny(const sdk::Identity& identity, sdk::Verb verb, const RightsByProject& rights) const;
  Decision explain(const sdk::Identity& identity, sdk::Verb verb, std::string_view project,
                   const ProjectRights* own) const;
  Decision answer(const sdk::Identity& identity, sdk::Verb verb, std::string_view project,
                  const RightsByProject& rights) const;

  Policy policy_;
  Principals read_;
  Principals write_;
  Principals overwrite_;
  Principals remove_;
  sdk::GrantSource* grants_;
  AccessStamp stamps_;
  Normalize normalize_;
  Services services_;
  Options options_;
  SharedGuarded<Snapshot> snapshot_;
  SingleFlight<Stamp, Rights, StampHash> fetches_;
};

}  // namespace larder::auth
