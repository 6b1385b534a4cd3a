#include "check.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace larder::config_access {
namespace {

constexpr std::size_t kLongestName = 100;
constexpr std::array<std::string_view, 3> kVerbs = {"read", "write", "admin"};

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

/// Why `name` can't be a user's or a group's, or nothing.
std::string badName(std::string_view name) {
  if (name.empty()) return "is empty";
  if (name.size() > kLongestName) {
    return "has " + std::to_string(name.size()) + " bytes; at most " +
           std::to_string(kLongestName) + " are accepted";
  }
  for (const char c : name) {
    if (c == ':') return "holds a ':', which ends the user name in HTTP's Basic credentials";
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return "holds a control character";
  }
  if (name.front() == ' ' || name.back() == ' ') return "begins or ends with a blank";
  return {};
}

/// Words that lists of groups and the host give a meaning of their own.
bool reserved(std::string_view name) {
  return name == "everyone" || name == "authenticated" || name == "admin";
}

class Check {
 public:
  Check(const sdk::Settings& settings, sdk::SettingProblems& problems)
      : settings_(settings),
        problems_(problems),
        users_(setOf("users")),
        groups_(setOf("groups")),
        // Without users and groups of its own the section holds only the grants
        // of people whom another backend knows.
        namesAreForeign_(users_.empty() && groups_.empty()) {}

  void run() {
    for (const std::string& user : settings_.keys("users")) checkUser(user);
    for (const std::string& group : settings_.keys("groups")) checkGroup(group);
    for (const sdk::Settings* grant : settings_.items("grants")) checkGrant(*grant);
  }

 private:
  std::set<std::string, std::less<>> setOf(std::string_view name) const {
    const std::vector<std::string> keys = settings_.keys(name);
    return {keys.begin(), keys.end()};
  }

  void add(const sdk::Settings& where, std::string_view name, const std::string& why) {
    problems_.add(where.invalid(name, why));
  }

  void checkUser(const std::string& name) {
    const sdk::Settings& user = settings_.entry("users", name);
    if (const std::string why = badName(name); !why.empty()) {
      add(user, "", "the user name " + quoted(name) + " " + why + "; choose another");
    } else if (name == "everyone" || name == "authenticated") {
      add(user, "",
          quoted(name) + " means a set of people in lists of groups; choose another name");
    } else if (name == "__token__") {
      add(user, "", "\"__token__\" is what logins with a token are called; choose another name");
    }
    if (const std::string hash = user.string("password"); hash.empty()) {
      add(user, "password", "is empty; make a hash with `larder hash-password`");
    } else if (hash.front() != '$' || hash.find('$', 1) == std::string::npos) {
      add(user, "password",
          "is not a password hash (it does not begin like $y$…); make one with "
          "`larder hash-password`");
    }
  }

  void checkGroup(const std::string& name) {
    if (const std::string why = badName(name); !why.empty()) {
      add(settings_, "groups." + name,
          "the group name " + quoted(name) + " " + why + "; choose another");
    } else if (reserved(name)) {
      add(settings_, "groups." + name,
          quoted(name) + " has a meaning of its own in lists of groups; choose another name");
    }
    std::set<std::string> seen;
    for (const std::string& member : settings_.listEntry("groups", name)) {
      if (!seen.insert(member).second) {
        add(settings_, "groups." + name,
            "group " + quoted(name) + " lists " + quoted(member) + " twice");
      } else if (!users_.contains(member)) {
        add(settings_, "groups." + name,
            "group " + quoted(name) + " lists " + quoted(member) + ", who is not one of the users" +
                (groups_.contains(member) ? " (groups can't hold groups)" : ""));
      }
    }
  }

  void checkGrant(const sdk::Settings& grant) {
    if (grant.string("repository").empty()) add(grant, "repository", "is empty; name a repository");
    if (grant.string("project").empty()) add(grant, "project", "is empty; name a project");
    checkPrincipal(grant);
    const std::vector<std::string> verbs = grant.list("verbs");
    if (verbs.empty()) add(grant, "verbs", "is empty; list one or more of read, write, admin");
    for (const std::string& verb : verbs) {
      if (std::find(kVerbs.begin(), kVerbs.end(), verb) == kVerbs.end()) {
        add(grant, "verbs", "unknown verb " + quoted(verb) + "; there are: read, write, admin");
      } else if (!seenGrants_
                      .insert({grant.string("repository"), grant.string("project"),
                               grant.string("user"), grant.string("group"), verb})
                      .second) {
        add(grant, "verbs", quoted(verb) + " is granted twice; remove one of them");
      }
    }
  }

  void checkPrincipal(const sdk::Settings& grant) {
    const std::string user = grant.string("user");
    const std::string group = grant.string("group");
    if (user.empty() == group.empty()) {
      add(grant, user.empty() ? "" : "group",
          user.empty() ? "names nobody; add user: or group:"
                       : "a grant has a user or a group, not both; make two of it");
      return;
    }
    if (namesAreForeign_) return;
    if (!user.empty() && !users_.contains(user)) {
      add(grant, "user", unknown("user", user, users_));
    }
    if (!group.empty() && group != "everyone" && group != "authenticated" &&
        !groups_.contains(group)) {
      add(grant, "group",
          group == "admin" ? "\"admin\" is no group; administrators have every right already"
                           : unknown("group", group, groups_));
    }
  }

  static std::string unknown(std::string_view kind, std::string_view name,
                             const std::set<std::string, std::less<>>& known) {
    constexpr std::size_t kShown = 10;
    std::string list;
    std::size_t shown = 0;
    for (const std::string& each : known) {
      if (++shown > kShown) break;
      list.append(list.empty() ? "" : ", ").append(each);
    }
    if (known.size() > kShown) list += ", …";
    return "no " + std::string(kind) + " named " + quoted(name) +
           (known.empty() ? "; there are none" : "; there are: " + list);
  }

  const sdk::Settings& settings_;
  sdk::SettingProblems& problems_;
  std::set<std::string, std::less<>> users_;
  std::set<std::string, std::less<>> groups_;
  bool namesAreForeign_;
  std::set<std::tuple<std::string, std::string, std::string, std::string, std::string>> seenGrants_;
};

}  // namespace

void check(const sdk::Settings& settings, sdk::SettingProblems& problems) {
  Check(settings, problems).run();
}

}  // namespace larder::config_access
