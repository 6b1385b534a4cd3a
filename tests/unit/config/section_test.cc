#include "core/config/section.h"

#include <sys/stat.h>

#include <iterator>

#include "tests/unit/config/support.h"

namespace {

namespace config = larder::config;
using larder::sdk::SettingSpec;
using larder::sdk::SettingType;
using larder::test::ConfigFile;
using std::chrono::milliseconds;

constexpr SettingSpec kUser[] = {
    {"password", SettingType::String, nullptr, true, "Hash."},
    {"admin", SettingType::Boolean, "false", false, "Admin."},
};
constexpr SettingSpec kGrant[] = {
    {"project", SettingType::String, nullptr, false, "Project."},
    {"verbs", SettingType::List, "[read]", false, "Verbs."},
};
constexpr SettingSpec kRetry[] = {
    {"tries", SettingType::Integer, "3", false, "Tries."},
    {"pause", SettingType::Duration, "250ms", false, "Pause."},
};
constexpr SettingSpec kSpecs[] = {
    {"bucket", SettingType::String, nullptr, false, "Bucket."},
    {"prefix", SettingType::String, "larder:", false, "Prefix."},
    {"count", SettingType::Integer, "7", false, "Count."},
    {"fast", SettingType::Boolean, "true", false, "Fast."},
    {"wait", SettingType::Duration, "5m", false, "Wait."},
    {"part", SettingType::Size, "8MiB", false, "Part."},
    {"file", SettingType::Path, "", false, "File."},
    {"key", SettingType::String, "", true, "Key."},
    {"tags", SettingType::List, "[a, b]", false, "Tags."},
    {"retry", SettingType::Map, "", false, "Retry.", kRetry, std::size(kRetry)},
    {"users", SettingType::Maps, "", false, "Users.", kUser, std::size(kUser)},
    {"groups", SettingType::Lists, "", false, "Groups."},
    {"grants", SettingType::MapList, "", false, "Grants.", kGrant, std::size(kGrant)},
};

// The settings of the storage "main" of the plugin "s3", written over several lines.
class Loaded {
 public:
  explicit Loaded(std::string_view settings)
      : file("storage:\n  main:\n    plugin: s3\n" + std::string(settings) + R"(
cache: { main: { plugin: sqlite, path: x } }
access: { main: { plugin: config } }
repositories: { pypi: { format: pypi, storage: main, cache: main, access: main } }
)") {}

  const config::Section& read() {
    configuration = file.load();
    CPPUNIT_ASSERT(configuration != nullptr);
    section = configuration->settings(*configuration->storage("main"), kSpecs, file.problems);
    return *section;
  }

  std::string problems() {
    read();
    return file.text();
  }

  ConfigFile file;
  std::unique_ptr<config::Configuration> configuration;
  std::unique_ptr<config::Section> section;
};

class SectionTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(SectionTest);
  CPPUNIT_TEST(whatIsNotSaidHasItsDefault);
  CPPUNIT_TEST(whatIsSaidIsRead);
  CPPUNIT_TEST(nestedSettingsAreRead);
  CPPUNIT_TEST(unknownKeysNameWhatIsAcceptedAndTheNearest);
  CPPUNIT_TEST(wrongTypesSayWhatWasFound);
  CPPUNIT_TEST(wrongShapesSayWhatWasFound);
  CPPUNIT_TEST(missingAndEmptyRequiredKeysAreProblems);
  CPPUNIT_TEST(problemsBelowMapsHaveTheirPaths);
  CPPUNIT_TEST(aSecretMayComeFromAFile);
  CPPUNIT_TEST(secretFilesThatCannotServeAreProblems);
  CPPUNIT_TEST(onlySecretsHaveFiles);
  CPPUNIT_TEST(aSecretForEverybodyIsAWarning);
  CPPUNIT_TEST(secretsAreNeverShown);
  CPPUNIT_TEST(whatAPluginFindsHasItsPlace);
  CPPUNIT_TEST(whatFollowsFromAProblemIsNotToldAgain);
  CPPUNIT_TEST(askingForWhatIsNotDeclaredThrows);
  CPPUNIT_TEST(aWrongDefaultIsThePluginsMistake);
  CPPUNIT_TEST(differencesNameWhatChanged);
  CPPUNIT_TEST_SUITE_END();

  static void assertOnly(const std::string& expected, const std::string& settings) {
    CPPUNIT_ASSERT_EQUAL(expected, Loaded(settings).problems());
  }

 public:
  void whatIsNotSaidHasItsDefault() {
    Loaded loaded("    bucket: acme\n");
    const config::Section& section = loaded.read();
    CPPUNIT_ASSERT_EQUAL(std::string(), loaded.file.text());
    CPPUNIT_ASSERT_EQUAL(std::string("larder:"), section.string("prefix"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t{7}, section.integer("count"));
    CPPUNIT_ASSERT(section.boolean("fast"));
    CPPUNIT_ASSERT(section.duration("wait") == milliseconds(300'000));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{8} << 20, section.size("part"));
    CPPUNIT_ASSERT_EQUAL(std::string(), section.string("file"));
    CPPUNIT_ASSERT((section.list("tags") == std::vector<std::string>{"a", "b"}));
    CPPUNIT_ASSERT_EQUAL(std::int64_t{3}, section.map("retry").integer("tries"));
    CPPUNIT_ASSERT(section.map("retry").duration("pause") == milliseconds(250));
    CPPUNIT_ASSERT(section.keys("users").empty() && section.keys("groups").empty());
    CPPUNIT_ASSERT(section.items("grants").empty());
    CPPUNIT_ASSERT(section.given("bucket") && !section.given("prefix") && !section.given("retry"));
  }

  void whatIsSaidIsRead() {
    Loaded loaded(
        "    bucket: \"12\"\n    prefix: \"\"\n    count: -5\n    fast: false\n    wait: 0\n"
        "    part: 10kB\n    file: a/b\n    key: s3cr3t\n    tags: []\n");
    const config::Section& section = loaded.read();
    CPPUNIT_ASSERT_EQUAL(std::string(), loaded.file.text());
    CPPUNIT_ASSERT_EQUAL(std::string("12"), section.string("bucket"));
    CPPUNIT_ASSERT_EQUAL(std::string(), section.string("prefix"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t{-5}, section.integer("count"));
    CPPUNIT_ASSERT(!section.boolean("fast") && section.given("fast"));
    CPPUNIT_ASSERT(section.duration("wait") == milliseconds(0));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{10'000}, section.size("part"));
    CPPUNIT_ASSERT_EQUAL(std::string("a/b"), section.string("file"));
    CPPUNIT_ASSERT_EQUAL(std::string("s3cr3t"), section.string("key"));
    CPPUNIT_ASSERT(section.list("tags").empty());
    CPPUNIT_ASSERT_EQUAL(std::string("storage.main"), section.path());
  }

  void nestedSettingsAreRead() {
    Loaded loaded(
        "    bucket: b\n    retry: { tries: 1 }\n"
        "    users: { zoe: { password: hash }, adam: { password: hash2, admin: true } }\n"
        "    groups: { staff: [zoe, adam], none: [] }\n"
        "    grants: [{ project: p }, { project: q, verbs: [read, write] }]\n");
    const config::Section& section = loaded.read();
    CPPUNIT_ASSERT_EQUAL(std::string(), loaded.file.text());
    CPPUNIT_ASSERT_EQUAL(std::int64_t{1}, section.map("retry").integer("tries"));
    CPPUNIT_ASSERT(section.map("retry").duration("pause") == milliseconds(250));
    CPPUNIT_ASSERT((section.keys("users") == std::vector<std::string>{"zoe", "adam"}));
    CPPUNIT_ASSERT_EQUAL(std::string("hash2"), section.entry("users", "adam").string("password"));
    CPPUNIT_ASSERT(section.entry("users", "adam").boolean("admin"));
    CPPUNIT_ASSERT((section.keys("groups") == std::vector<std::string>{"staff", "none"}));
    CPPUNIT_ASSERT(
        (section.listEntry("groups", "staff") == std::vector<std::string>{"zoe", "adam"}));
    const auto grants = section.items("grants");
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, grants.size());
    CPPUNIT_ASSERT((grants[0]->list("verbs") == std::vector<std::string>{"read"}));
    CPPUNIT_ASSERT_EQUAL(std::string("q"), grants[1]->string("project"));
  }

  void unknownKeysNameWhatIsAcceptedAndTheNearest() {
    assertOnly(
        "larder.yaml:5:5: storage.main.prefixx: unknown setting; storage-s3 accepts bucket, "
        "collect_after, collect_every, count, fast, file, grants, groups, keep_entries, key, "
        "key_file, part, plugin, prefix, retry, single_writer, tags, tail_every, users, wait (did "
        "you mean \"prefix\"?)\n",
        "    bucket: b\n    prefixx: p\n");
    CPPUNIT_ASSERT(Loaded("    bucket: b\n    zzz: 1\n").problems().find("mean") ==
                   std::string::npos);
  }

  void wrongTypesSayWhatWasFound() {
    assertOnly(
        "larder.yaml:5:12: storage.main.count: must be a whole number; found \"many\"\n"
        "larder.yaml:6:11: storage.main.fast: must be true or false; found \"yes\", write true\n"
        "larder.yaml:7:11: storage.main.wait: must be a duration such as 90s, 5m or 24h; found "
        "\"5 minutes\"\n"
        "larder.yaml:8:11: storage.main.part: must be a size such as 64MiB, 4GiB or 10kB; found "
        "\"4 GB\"\n",
        "    bucket: b\n    count: many\n    fast: yes\n    wait: 5 minutes\n    part: 4 GB\n");
  }

  void wrongShapesSayWhatWasFound() {
    assertOnly(
        "larder.yaml:4:13: storage.main.bucket: must be a text; found a list\n"
        "larder.yaml:5:11: storage.main.tags: must be a list of texts; found \"a\", write "
        "[\"a\"]\n"
        "larder.yaml:6:12: storage.main.retry: must be a map; found a list\n"
        "larder.yaml:7:5: storage.main.file: has no value; write a path or remove the key\n"
        "larder.yaml:8:13: storage.main.grants: must be a list of maps; found a map\n"
        "larder.yaml:9:13: storage.main.groups: must be a map of names to lists; found \"x\"\n"
        "larder.yaml:10:17: storage.main.users.a: must be a map; found ***\n"
        "larder.yaml:10:26: storage.main.users.b: has no value; write a map or remove the key\n",
        "    bucket: [b]\n    tags: a\n    retry: [1]\n    file:\n    grants: { a: b }\n"
        "    groups: x\n    users: { a: hunter2, b: }\n");
    assertOnly(
        "larder.yaml:5:15: storage.main.tags[1]: must be a text; found a map\n"
        "larder.yaml:6:22: storage.main.groups.staff: must be a list of texts; found \"zoe\", "
        "write [\"zoe\"]\n"
        "larder.yaml:7:14: storage.main.grants[0]: must be a map; found ***\n",
        "    bucket: b\n    tags: [a, { b: c }]\n    groups: { staff: zoe }\n    grants: [p]\n");
  }

  void missingAndEmptyRequiredKeysAreProblems() {
    assertOnly(
        "larder.yaml:3:5: storage.main.bucket: required and missing; add \"bucket: …\", a text\n",
        "");
    assertOnly("larder.yaml:4:13: storage.main.bucket: must not be empty; write a text\n",
               "    bucket: \"\"\n");
    assertOnly(
        "larder.yaml:5:19: storage.main.users.zoe.password: required and missing; add "
        "\"password: …\" or \"password_file: …\", a text\n",
        "    bucket: b\n    users: { zoe: { admin: true } }\n");
  }

  void problemsBelowMapsHaveTheirPaths() {
    assertOnly(
        "larder.yaml:5:22: storage.main.retry.tries: must be a whole number; found \"x\"\n"
        "larder.yaml:6:28: storage.main.grants[1].project: required and missing; add \"project: "
        "…\", a text\n"
        "larder.yaml:6:31: storage.main.grants[1].verb: unknown setting; storage-s3 accepts "
        "project, verbs (did you mean \"verbs\"?)\n",
        "    bucket: b\n    retry: { tries:  x }\n    grants: [{project: p}, {  verb: [] }]\n");
  }

  void aSecretMayComeFromAFile() {
    Loaded loaded("    bucket: b\n    key_file: ${DIR}/key\n");
    loaded.file.write("key", "s3cr3t\n");
    ::chmod((loaded.file / "key").c_str(), 0600);
    loaded.file.set("DIR", loaded.file / "");
    CPPUNIT_ASSERT_EQUAL(std::string("s3cr3t"), loaded.read().string("key"));
    CPPUNIT_ASSERT(loaded.section->given("key"));
    CPPUNIT_ASSERT_EQUAL(std::string(), loaded.file.text() + loaded.file.warnings());
  }

  void secretFilesThatCannotServeAreProblems() {
    assertOnly(
        "larder.yaml:5:15: storage.main.key_file: the file \"/no/such/key\" cannot be read: No "
        "such file or directory; create it or correct the path\n",
        "    bucket: b\n    key_file: /no/such/key\n");
    assertOnly("larder.yaml:6:5: storage.main.key_file: given beside key; keep one of the two\n",
               "    bucket: b\n    key: x\n    key_file: y\n");
    assertOnly("larder.yaml:5:15: storage.main.key_file: must not be empty; write a path\n",
               "    bucket: b\n    key_file: \"\"\n");
    assertOnly("larder.yaml:5:15: storage.main.key_file: must be a path; found a list\n",
               "    bucket: b\n    key_file: [a]\n");
  }

  void onlySecretsHaveFiles() {
    CPPUNIT_ASSERT(Loaded("    bucket_file: b\n    bucket: b\n")
                       .problems()
                       .starts_with("larder.yaml:4:5: storage.main.bucket_file: unknown setting"));
  }

  void aSecretForEverybodyIsAWarning() {
    Loaded loaded("    bucket: b\n    key_file: ${DIR}/key\n");
    loaded.file.write("key", "s3cr3t\n");
    ::chmod((loaded.file / "key").c_str(), 0644);
    loaded.file.set("DIR", loaded.file / "");
    loaded.read();
    CPPUNIT_ASSERT_EQUAL(std::string(), loaded.file.text());
    CPPUNIT_ASSERT(loaded.file.warnings().starts_with(
        "larder.yaml:5:15: storage.main.key_file: every user of this machine can read"));
  }

  void secretsAreNeverShown() {
    Loaded loaded(
        "    bucket: b\n    key: [hunter2]\n"
        "    users: { a: hunter2, b: { password: [hunter2] }, c: { password: hunter22 } }\n");
    const std::string problems = loaded.problems();
    CPPUNIT_ASSERT(problems.find("storage.main.key:") != std::string::npos);
    CPPUNIT_ASSERT_MESSAGE(problems, problems.find("hunter") == std::string::npos);
    const config::Section& user = loaded.section->entry("users", "c");
    CPPUNIT_ASSERT(user.invalid("password", "\"hunter22\" is weak").message().find("*** is weak") ==
                   std::string::npos);
    CPPUNIT_ASSERT(user.invalid("password", "\"hunter22\" is weak")
                       .message()
                       .ends_with("users.c.password: \"***\" is weak"));
    CPPUNIT_ASSERT(loaded.section->invalid("bucket", "hunter22").message().ends_with("***"));
    CPPUNIT_ASSERT_EQUAL(std::string("x ***"), loaded.configuration->masked("x hunter22"));
  }

  void whatAPluginFindsHasItsPlace() {
    Loaded loaded(
        "    bucket: b\n    groups:\n      staff: [x]\n    users: { zoe: { password: h } }\n");
    const config::Section& section = loaded.read();
    const auto found = [&](const larder::sdk::Settings& where, std::string_view name) {
      const std::string message = where.invalid(name, "why").message();
      return message.substr(message.find("larder.yaml"));
    };
    CPPUNIT_ASSERT_EQUAL(std::string("larder.yaml:4:13: storage.main.bucket: why"),
                         found(section, "bucket"));
    CPPUNIT_ASSERT_EQUAL(std::string("larder.yaml:3:5: storage.main.prefix: why"),
                         found(section, "prefix"));
    CPPUNIT_ASSERT_EQUAL(std::string("larder.yaml:3:5: storage.main: why"), found(section, ""));
    CPPUNIT_ASSERT_EQUAL(std::string("larder.yaml:6:7: storage.main.groups.staff: why"),
                         found(section, "groups.staff"));
    CPPUNIT_ASSERT_EQUAL(std::string("larder.yaml:6:7: storage.main.groups.none: why"),
                         found(section, "groups.none"));
    CPPUNIT_ASSERT_EQUAL(std::string("larder.yaml:7:19: storage.main.users.zoe: why"),
                         found(section.entry("users", "zoe"), ""));
    loaded.file.write("key", "s3cr3t");
    Loaded fromFile("    bucket: b\n    key_file: ${DIR}/key\n");
    fromFile.file.set("DIR", loaded.file / "");
    CPPUNIT_ASSERT(fromFile.read()
                       .invalid("key", "why")
                       .message()
                       .ends_with("larder.yaml:5:15: storage.main.key_file: why"));
    CPPUNIT_ASSERT(section.invalid("bucket", "x").code() == larder::sdk::Errc::Invalid);
  }

  void whatFollowsFromAProblemIsNotToldAgain() {
    Loaded loaded("    count: many\n");
    const config::Section& section = loaded.read();
    const std::string before = loaded.file.text();
    loaded.file.problems.add(section.invalid("bucket", "must be a valid bucket name; found \"\""));
    loaded.file.problems.add(section.invalid("count", "must be positive; found 7"));
    CPPUNIT_ASSERT_EQUAL(before, loaded.file.text());
    Loaded unreadable("    bucket: b\n    key_file: /no/such/key\n");
    const std::string missing = unreadable.problems();
    unreadable.file.problems.add(unreadable.section->invalid("key", "is empty"));
    CPPUNIT_ASSERT_EQUAL(missing, unreadable.file.text());
    loaded.file.problems.add(section.invalid("prefix", "is odd"));
    CPPUNIT_ASSERT(before != loaded.file.text());
  }

  void askingForWhatIsNotDeclaredThrows() {
    Loaded loaded("    bucket: b\n    users: { zoe: { password: h } }\n");
    const config::Section& section = loaded.read();
    CPPUNIT_ASSERT_THROW(section.string("nothing"), std::logic_error);
    CPPUNIT_ASSERT_THROW(section.given("nothing"), std::logic_error);
    CPPUNIT_ASSERT_THROW(section.integer("bucket"), std::logic_error);
    CPPUNIT_ASSERT_THROW(section.size("count"), std::logic_error);
    CPPUNIT_ASSERT_THROW(section.keys("retry"), std::logic_error);
    CPPUNIT_ASSERT_THROW(section.map("users"), std::logic_error);
    CPPUNIT_ASSERT_THROW(section.entry("users", "adam"), std::logic_error);
    CPPUNIT_ASSERT_THROW(section.listEntry("users", "zoe"), std::logic_error);
  }

  void aWrongDefaultIsThePluginsMistake() {
    static constexpr SettingSpec kBroken[] = {
        {"wait", SettingType::Duration, "soon", false, "Wait."}};
    Loaded loaded("");
    loaded.configuration = loaded.file.load();
    loaded.configuration->settings(*loaded.configuration->storage("main"), kBroken,
                                   loaded.file.problems);
    CPPUNIT_ASSERT(loaded.file.text().find("the default \"soon\" that storage-s3 declares") !=
                   std::string::npos);
  }

  void differencesNameWhatChanged() {
    const std::string common = "    bucket: b\n    groups: { a: [x] }\n";
    Loaded before(common +
                  "    key: one1\n    retry: { tries: 1 }\n    users: { z: { password: p } }\n");
    Loaded after(common +
                 "    key: two2\n    retry: { tries: 2 }\n    users: { z: { password: q } }\n");
    const config::Section& old = before.read();
    CPPUNIT_ASSERT(config::differences(old, old).empty());
    const std::vector<std::string> expected = {"storage.main.key", "storage.main.retry.tries",
                                               "storage.main.users"};
    CPPUNIT_ASSERT(config::differences(old, after.read()) == expected);
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(SectionTest);

}  // namespace
