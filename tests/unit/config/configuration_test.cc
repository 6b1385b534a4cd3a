#include "core/config/configuration.h"

#include <algorithm>

#include "tests/unit/config/support.h"

namespace {

namespace config = larder::config;
using larder::test::ConfigFile;
using larder::test::kMinimal;
using larder::test::problemsWith;

class ConfigurationTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(ConfigurationTest);
  CPPUNIT_TEST(theMinimumHasAllDefaults);
  CPPUNIT_TEST(everythingSaidIsThere);
  CPPUNIT_TEST(unknownSectionsAreProblems);
  CPPUNIT_TEST(sectionsMustBeMaps);
  CPPUNIT_TEST(danglingNamesListWhatExists);
  CPPUNIT_TEST(namesFollowAGrammar);
  CPPUNIT_TEST(aPluginIsRequiredAndHasAName);
  CPPUNIT_TEST(joinedAccessNamesTwoOthers);
  CPPUNIT_TEST(accessWithUsersOfItsOwnIsNotJoined);
  CPPUNIT_TEST(storageTimesAreLongerThanRequests);
  CPPUNIT_TEST(aConfigurationWithoutRepositoriesIsAProblem);
  CPPUNIT_TEST(theHostsKeysAreNoBusinessOfTheFormat);
  CPPUNIT_TEST(oneRunTellsEverything);
  CPPUNIT_TEST_SUITE_END();

 public:
  void theMinimumHasAllDefaults() {
    ConfigFile file(kMinimal);
    const auto configuration = file.load();
    CPPUNIT_ASSERT_EQUAL(std::string(), file.text() + file.warnings());
    CPPUNIT_ASSERT(configuration->listen() == std::vector<std::string>{"127.0.0.1:8080"});
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{4} << 30, configuration->server().size("upload_limit"));
    CPPUNIT_ASSERT_EQUAL(std::string("info"), configuration->server().map("log").string("level"));
    CPPUNIT_ASSERT(configuration->pluginPath.empty());
    const config::RepositoryConfig& pypi = configuration->repositories.at(0);
    CPPUNIT_ASSERT_EQUAL(std::string("/"), pypi.mount);
    CPPUNIT_ASSERT(pypi.defaultRead == std::vector<std::string>{"everyone"});
    CPPUNIT_ASSERT(pypi.defaultWrite == std::vector<std::string>{"authenticated"});
    CPPUNIT_ASSERT(pypi.overwrite.empty());
    CPPUNIT_ASSERT(pypi.remove == std::vector<std::string>{"authenticated"});
    CPPUNIT_ASSERT(pypi.downloads == config::RepositoryConfig::Downloads::Redirect);
    const config::Instance& storage = *configuration->storage("main");
    CPPUNIT_ASSERT(!storage.host->boolean("single_writer"));
    CPPUNIT_ASSERT(storage.host->duration("collect_after") == std::chrono::hours(24));
    CPPUNIT_ASSERT(configuration->storage("none") == nullptr);
  }

  void everythingSaidIsThere() {
    ConfigFile file(R"(
server: { listen: ["[::1]:0", "unix:/run/l.sock"], log: { level: debug } }
plugins: { path: [/opt/larder] }
storage:
  one: { plugin: filesystem, single_writer: true, path: x }
  two: { plugin: s3 }
cache: { c: { plugin: redis } }
access: { a: { plugin: sql } }
repositories:
  team: { format: pypi, storage: two, cache: c, access: a, mount: /team, default_read: [staff],
          default_write: [everyone], overwrite: [admin], delete: [], downloads: stream }
)");
    const auto configuration = file.load();
    CPPUNIT_ASSERT_EQUAL(std::string(), file.text());
    CPPUNIT_ASSERT(
        (configuration->listen() == std::vector<std::string>{"[::1]:0", "unix:/run/l.sock"}));
    CPPUNIT_ASSERT(configuration->pluginPath == std::vector<std::string>{"/opt/larder"});
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, configuration->storages.size());
    CPPUNIT_ASSERT(configuration->storage("one")->host->boolean("single_writer"));
    CPPUNIT_ASSERT_EQUAL(std::string("s3"), configuration->storage("two")->plugin);
    CPPUNIT_ASSERT_EQUAL(std::string("redis"), configuration->cache("c")->plugin);
    CPPUNIT_ASSERT(!configuration->access("a")->composed());
    const config::RepositoryConfig& team = configuration->repositories.at(0);
    CPPUNIT_ASSERT_EQUAL(std::string("/team/"), team.mount);
    CPPUNIT_ASSERT_EQUAL(std::string("two"), team.storage);
    CPPUNIT_ASSERT(team.defaultRead == std::vector<std::string>{"staff"});
    CPPUNIT_ASSERT(team.overwrite == std::vector<std::string>{"admin"});
    CPPUNIT_ASSERT(team.remove.empty());
    CPPUNIT_ASSERT(team.downloads == config::RepositoryConfig::Downloads::Stream);
  }

  void unknownSectionsAreProblems() {
    CPPUNIT_ASSERT_EQUAL(
        std::string("larder.yaml:6:1: storages: unknown section; the file has server, plugins, "
                    "storage, cache, access, repositories (did you mean \"storage\"?)\n"
                    "larder.yaml:7:1: listen: unknown section; the file has server, plugins, "
                    "storage, cache, access, repositories (this is a setting of server: indent it "
                    "below)\n"),
        problemsWith("storages: {}\nlisten: [x]\n"));
  }

  void sectionsMustBeMaps() {
    CPPUNIT_ASSERT_EQUAL(std::string("larder.yaml:6:9: server: must be a map; found a list\n"
                                     "larder.yaml:7:1: plugins: has no value; write a map or "
                                     "remove the key\n"),
                         problemsWith("server: []\nplugins:\n"));
    ConfigFile file("storage: { main: x, other: }\nrepositories: { pypi: [] }\n");
    file.load();
    CPPUNIT_ASSERT_EQUAL(
        std::string("larder.yaml:1:18: storage.main: must be a map; found a text\n"
                    "larder.yaml:1:21: storage.other: has no value; write a map or remove the "
                    "key\n"
                    "larder.yaml:2:23: repositories.pypi: must be a map; found a list\n"),
        file.text());
  }

  void danglingNamesListWhatExists() {
    ConfigFile file(R"(
storage: { main: { plugin: filesystem }, archive: { plugin: filesystem } }
cache: { main: { plugin: sqlite } }
repositories:
  pypi: { format: pypi, storage: nowhere, cache: mian, access: main }
)");
    file.load();
    CPPUNIT_ASSERT_EQUAL(
        std::string("larder.yaml:5:34: repositories.pypi.storage: no storage named \"nowhere\"; "
                    "there are: main, archive\n"
                    "larder.yaml:5:50: repositories.pypi.cache: no cache named \"mian\"; there "
                    "are: main (did you mean \"main\"?)\n"
                    "larder.yaml:5:64: repositories.pypi.access: no access named \"main\"; there "
                    "is none, add one under access\n"),
        file.text());
  }

  void namesFollowAGrammar() {
    for (const char* bad : {"Main", "a b", "a/b", "..", "-a", "_a", "\"a\\nb\"", "\"\"", "ä"}) {
      const std::string found =
          problemsWith("server: {}\n").empty()
              ? [&] {
                  ConfigFile file(std::string("storage: { ") + bad + ": { plugin: x } }\n" +
                                  "repositories: {}\n");
                  file.load();
                  return file.text();
                }()
              : "";
      CPPUNIT_ASSERT_MESSAGE(found, found.find("a name is 1 to 63 of a-z") != std::string::npos);
      CPPUNIT_ASSERT_EQUAL(std::ptrdiff_t{2}, std::count(found.begin(), found.end(), '\n'));
    }
  }

  void aPluginIsRequiredAndHasAName() {
    ConfigFile file("storage: { a: {}, b: { plugin: ../../evil }, c: { plugin: \"\" } }\n" +
                    std::string("repositories: {}\n"));
    file.load();
    CPPUNIT_ASSERT_EQUAL(
        std::string("larder.yaml:1:15: storage.a.plugin: required and missing; add \"plugin: …\", "
                    "a text\n"
                    "larder.yaml:1:32: storage.b.plugin: must be a plugin's name of a-z, 0-9 and "
                    "-; found \"../../evil\"\n"
                    "larder.yaml:1:59: storage.c.plugin: must not be empty; write a text\n"
                    "larder.yaml:2:1: repositories: is empty; add a repository\n"),
        file.text());
  }

  void joinedAccessNamesTwoOthers() {
    const std::string rest = R"(
storage: { main: { plugin: filesystem } }
cache: { main: { plugin: sqlite } }
repositories: { pypi: { format: pypi, storage: main, cache: main, access: main } }
)";
    ConfigFile good(
        "access: { ldap: { plugin: ldap }, sql: { plugin: sql }, main: { users: ldap, grants: sql "
        "} }" +
        rest);
    const auto configuration = good.load();
    CPPUNIT_ASSERT_EQUAL(std::string(), good.text());
    CPPUNIT_ASSERT(configuration->access("main")->composed());
    CPPUNIT_ASSERT_EQUAL(std::string("ldap"), configuration->access("main")->users);
    CPPUNIT_ASSERT_EQUAL(std::string("sql"), configuration->access("main")->grants);
    ConfigFile bad(
        "access: { sql: { plugin: sql }, main: { users: main, grants: slq }, other: { users: sql, "
        "cache_time: 5m } }" +
        rest);
    bad.load();
    CPPUNIT_ASSERT_EQUAL(
        std::string(
            "larder.yaml:1:48: access.main.users: no access named \"main\"; there are: sql\n"
            "larder.yaml:1:62: access.main.grants: no access named \"slq\"; there are: sql (did "
            "you mean \"sql\"?)\n"
            "larder.yaml:1:76: access.other.grants: required and missing; add \"grants: …\", a "
            "text\n"
            "larder.yaml:1:90: access.other.cache_time: unknown setting; access without a plugin "
            "accepts grants, users\n"),
        bad.text());
  }

  void accessWithUsersOfItsOwnIsNotJoined() {
    ConfigFile file("access: { main: { users: { a: { password: x } } } }\nrepositories: {}\n");
    file.load();
    CPPUNIT_ASSERT_EQUAL(
        std::string("larder.yaml:1:17: access.main.plugin: required and missing; add \"plugin: "
                    "…\", a text\n"
                    "larder.yaml:2:1: repositories: is empty; add a repository\n"),
        file.text());
  }

  void storageTimesAreLongerThanRequests() {
    ConfigFile file(
        "server: { handler_timeout: 2h }\n"
        "storage: { a: { plugin: x, collect_after: 3h, keep_entries: 3h } }\nrepositories: {}\n");
    file.load();
    const std::string found = file.text();
    CPPUNIT_ASSERT(
        found.starts_with("larder.yaml:2:43: storage.a.collect_after: must be two hours"));
    CPPUNIT_ASSERT(found.find("larder.yaml:2:61: storage.a.keep_entries:") != std::string::npos);
    ConfigFile jobs("storage: { a: { plugin: x, collect_after: 119m, keep_entries: 2h } }\n");
    jobs.load();
    CPPUNIT_ASSERT(jobs.text().find("storage.a.collect_after: must be") != std::string::npos);
    CPPUNIT_ASSERT(jobs.text().find("keep_entries") == std::string::npos);
  }

  void aConfigurationWithoutRepositoriesIsAProblem() {
    ConfigFile file("server: {}\n");
    file.load();
    CPPUNIT_ASSERT_EQUAL(std::string("larder.yaml: repositories: required and missing; without "
                                     "one nothing is served\n"),
                         file.text());
  }

  void theHostsKeysAreNoBusinessOfTheFormat() {
    static constexpr larder::sdk::SettingSpec kSpecs[] = {
        {"tombstones", larder::sdk::SettingType::Boolean, "false", false, "Tombstones."}};
    ConfigFile file(R"(
storage: { main: { plugin: filesystem } }
cache: { main: { plugin: sqlite } }
access: { main: { plugin: config } }
repositories:
  pypi: { format: pypi, storage: main, cache: main, access: main, mount: /x, tombstones: true,
          tombstnoes: 1 }
)");
    const auto configuration = file.load();
    CPPUNIT_ASSERT_EQUAL(std::string(), file.text());
    const auto section =
        configuration->settings(configuration->repositories.at(0), kSpecs, file.problems);
    CPPUNIT_ASSERT(section->boolean("tombstones"));
    CPPUNIT_ASSERT_THROW(section->string("storage"), std::logic_error);
    CPPUNIT_ASSERT_EQUAL(
        std::string("larder.yaml:7:11: repositories.pypi.tombstnoes: unknown setting; a repository "
                    "of format pypi accepts access, cache, default_read, default_write, delete, "
                    "downloads, format, mount, overwrite, storage, tombstones (did you mean "
                    "\"tombstones\"?)\n"),
        file.text());
  }

  void oneRunTellsEverything() {
    ConfigFile file(R"(server:
  listen: ["8080"]
  upload_limit: big
  upload_limit: 4GiB
  lgo: {}
storage:
  main: { plugin: filesystem, path: "${LARDER_DATA}/storage" }
cache:
  main: { plugin: sqlite }
repositories:
  pypi: { format: pypi, storage: main, cache: mian, access: main, mount: team }
)");
    const auto configuration = file.load();
    static constexpr larder::sdk::SettingSpec kPath[] = {
        {"path", larder::sdk::SettingType::Path, nullptr, false, "Path."}};
    configuration->settings(*configuration->storage("main"), kPath, file.problems);
    configuration->settings(*configuration->cache("main"), kPath, file.problems);
    CPPUNIT_ASSERT_EQUAL(
        std::string(
            "larder.yaml:2:11: server.listen: \"8080\" is no address to listen on; write "
            "127.0.0.1:8080, [::1]:8080 or unix:/path (0.0.0.0:8080 for every address)\n"
            "larder.yaml:3:17: server.upload_limit: must be a size such as 64MiB, 4GiB or 10kB; "
            "found \"big\"\n"
            "larder.yaml:4:3: server.upload_limit: written twice, first in line 3; remove one of "
            "them\n"
            "larder.yaml:5:3: server.lgo: unknown setting; server accepts access_log, base_url, "
            "body_timeout, drain_timeout, handler_timeout, head_limit, head_timeout, "
            "idle_timeout, listen, log, loops, max_connections, queue, remember_credentials, "
            "spool, target_limit, throttle, tls, trusted_proxies, upload_limit, workers, "
            "write_timeout (did you mean \"log\"?)\n"
            "larder.yaml:7:37: storage.main.path: environment variable LARDER_DATA is not set; "
            "set it or write ${LARDER_DATA:-default}\n"
            "larder.yaml:9:9: cache.main.path: required and missing; add \"path: …\", a path\n"
            "larder.yaml:11:47: repositories.pypi.cache: no cache named \"mian\"; there are: main "
            "(did you mean \"main\"?)\n"
            "larder.yaml:11:61: repositories.pypi.access: no access named \"main\"; there is none, "
            "add one under access\n"
            "larder.yaml:11:74: repositories.pypi.mount: \"team\" must start with /; write / or a "
            "path such as /team/\n"),
        file.text());
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ConfigurationTest);

}  // namespace
