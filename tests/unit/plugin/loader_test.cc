#include "core/plugin/loader.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "core/plugin/elf.h"
#include "tests/unit/plugin/bad_plugins.h"

namespace {

namespace fs = std::filesystem;
namespace sdk = larder::sdk;
using larder::plugin::Loader;
using larder::test::badPlugin;
using larder::test::TemporaryDirectory;

class LoaderTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(LoaderTest);
  CPPUNIT_TEST(loadsByKindAndName);
  CPPUNIT_TEST(loadingTwiceGivesTheSamePlugin);
  CPPUNIT_TEST(saysWhereItLooked);
  CPPUNIT_TEST(refusesNamesThatCouldLeaveTheDirectory);
  CPPUNIT_TEST(refusesUnknownKinds);
  CPPUNIT_TEST(refusesFilesOfOtherNames);
  CPPUNIT_TEST(refusesTheSameNameInTwoDirectories);
  CPPUNIT_TEST(acceptsOneFileSeenThroughTwoDirectories);
  CPPUNIT_TEST(refusesASecondFileOfALoadedName);
  CPPUNIT_TEST(refusesFileWritableByOthers);
  CPPUNIT_TEST(refusesFileWritableByAForeignGroup);
  CPPUNIT_TEST(refusesDirectoryWritableByOthers);
  CPPUNIT_TEST(refusesLinkInADirectoryWritableByOthers);
  CPPUNIT_TEST(refusesTextFile);
  CPPUNIT_TEST(refusesEmptyFile);
  CPPUNIT_TEST(refusesDirectoryCalledLikeAPlugin);
  CPPUNIT_TEST(refusesLibraryOfAnotherMachine);
  CPPUNIT_TEST(refusesProgramsAndObjectFiles);
  CPPUNIT_TEST(refusesEveryTruncation);
  CPPUNIT_TEST(refusesLibraryWithoutTheSymbol);
  CPPUNIT_TEST(refusesASecondExport);
  CPPUNIT_TEST(refusesWeakAndUniqueExports);
  CPPUNIT_TEST(refusesFunctionOfThatName);
  CPPUNIT_TEST(refusesSymbolTooSmallForAHeader);
  CPPUNIT_TEST(refusesUndefinedSymbolsWithTheLinkersWords);
  CPPUNIT_TEST(refusesWrongMagic);
  CPPUNIT_TEST(refusesShortHeader);
  CPPUNIT_TEST(refusesNewerMajor);
  CPPUNIT_TEST(refusesNewerMinor);
  CPPUNIT_TEST(refusesOtherToolchainNamingBoth);
  CPPUNIT_TEST(refusesOtherKind);
  CPPUNIT_TEST(refusesOtherName);
  CPPUNIT_TEST(refusesMissingStrings);
  CPPUNIT_TEST(saysAllMismatchesAtOnce);
  CPPUNIT_TEST(refusesNullCreate);
  CPPUNIT_TEST(refusesNullSettings);
  CPPUNIT_TEST(refusesNamelessSetting);
  CPPUNIT_TEST(refusedTwiceForTheSameReason);
  CPPUNIT_TEST(surveyTellsWhatIsThereAndWhyNot);
  CPPUNIT_TEST_SUITE_END();

 public:
  void loadsByKindAndName() {
    Loader loader({"/nonexistent", good_}, logger_);
    const auto loaded = loader.load("storage", "bad");
    LARDER_ASSERT_OK(loaded);
    const auto& plugin = **loaded;
    CPPUNIT_ASSERT_EQUAL(std::string("storage"), plugin.kind);
    CPPUNIT_ASSERT_EQUAL(std::string("bad"), plugin.name);
    CPPUNIT_ASSERT_EQUAL(std::string("1.0.0"), plugin.version);
    CPPUNIT_ASSERT_EQUAL(std::string("Spoilt on purpose"), plugin.summary);
    CPPUNIT_ASSERT_EQUAL(std::string("1.0"), plugin.sdk);
    CPPUNIT_ASSERT_EQUAL(fs::canonical(badPlugin("good")).string(), plugin.path);
    CPPUNIT_ASSERT(plugin.storagePlugin() != nullptr);
    CPPUNIT_ASSERT(plugin.cachePlugin() == nullptr && plugin.accessPlugin() == nullptr);
    const auto events = logger_.events("plugin.loaded");
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, events.size());
    CPPUNIT_ASSERT_EQUAL(plugin.path, events[0].fields.at("path"));
  }

  void loadingTwiceGivesTheSamePlugin() {
    Loader loader({good_}, logger_);
    const auto first = loader.load("storage", "bad");
    const auto second = loader.load("storage", "bad");
    LARDER_ASSERT_OK(first);
    LARDER_ASSERT_OK(second);
    CPPUNIT_ASSERT(*first == *second);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, logger_.count("plugin.loaded"));
    Loader other({good_}, logger_);
    CPPUNIT_ASSERT(*other.load("storage", "bad") == *first);
  }

  void saysWhereItLooked() {
    Loader loader({good_, "/nonexistent"}, logger_);
    const auto missing = loader.load("storage", "s9");
    CPPUNIT_ASSERT(missing.is(sdk::Errc::NotFound));
    CPPUNIT_ASSERT_EQUAL(
        "storage-s9: no such plugin; looked for storage-s9.so in " + good_ + ", /nonexistent",
        missing.error().message());
  }

  void refusesNamesThatCouldLeaveTheDirectory() {
    Loader loader({good_}, logger_);
    for (const char* name : {"../good/storage-bad", "", "Bad", "9", "a b", "a/b", "a.b", "-a"}) {
      CPPUNIT_ASSERT_MESSAGE(name, loader.load("storage", name).is(sdk::Errc::Invalid));
    }
    CPPUNIT_ASSERT(loader.load("storage", std::string(65, 'a')).is(sdk::Errc::Invalid));
  }

  void refusesUnknownKinds() {
    Loader loader({good_}, logger_);
    const auto refused = loader.load("stowage", "bad");
    CPPUNIT_ASSERT_EQUAL(std::string("stowage-bad: kinds are storage, cache, access and format"),
                         refused.error().message());
  }

  void refusesFilesOfOtherNames() {
    for (const char* name : {"bad.so", "stowage-bad.so", "storage-bad.txt", "storage-.so"}) {
      const std::string path = copyOfGood(name);
      assertRefused(path, sdk::Errc::Invalid, "a plugin's file is called <kind>-<name>.so");
    }
  }

  void refusesTheSameNameInTwoDirectories() {
    copyOfGood("storage-bad.so");
    Loader loader({good_, directory_.path()}, logger_);
    const auto refused = loader.load("storage", "bad");
    CPPUNIT_ASSERT(refused.is(sdk::Errc::Conflict));
    CPPUNIT_ASSERT_EQUAL("storage-bad: found twice, " + badPlugin("good") + " and " +
                             directory_ / "storage-bad.so; remove one",
                         refused.error().message());
  }

  void acceptsOneFileSeenThroughTwoDirectories() {
    fs::create_directory_symlink(good_, directory_ / "link");
    Loader loader({good_, directory_ / "link"}, logger_);
    LARDER_ASSERT_OK(loader.load("storage", "bad"));
  }

  void refusesASecondFileOfALoadedName() {
    Loader loader({good_}, logger_);
    LARDER_ASSERT_OK(loader.load("storage", "bad"));
    const auto refused = loader.loadFile(copyOfGood("storage-bad.so"));
    CPPUNIT_ASSERT(refused.is(sdk::Errc::Conflict));
    LARDER_ASSERT_CONTAINS("a plugin of this name is loaded from " + badPlugin("good"),
                           refused.error().message());
  }

  void refusesFileWritableByOthers() {
    const std::string path = copyOfGood("storage-bad.so");
    ::chmod(path.c_str(), 0646);
    assertRefused(path, sdk::Errc::Forbidden, path + ": may be written by everybody; chmod o-w it");
  }

  void refusesFileWritableByAForeignGroup() {
    if (::geteuid() != 0) LARDER_SKIP("giving a file to another group needs root");
    const std::string path = copyOfGood("storage-bad.so");
    CPPUNIT_ASSERT_EQUAL(0, ::chown(path.c_str(), 0, 4711));
    ::chmod(path.c_str(), 0664);
    assertRefused(path, sdk::Errc::Forbidden, "may be written by group 4711; chmod g-w it");
  }

  void refusesDirectoryWritableByOthers() {
    const std::string path = copyOfGood("storage-bad.so");
    ::chmod(directory_.path().c_str(), 0777);
    assertRefused(path, sdk::Errc::Forbidden,
                  directory_.path() + ": may be written by everybody; chmod o-w it");
  }

  void refusesLinkInADirectoryWritableByOthers() {
    fs::create_symlink(badPlugin("good"), directory_ / "storage-bad.so");
    ::chmod(directory_.path().c_str(), 01777);
    assertRefused(directory_ / "storage-bad.so", sdk::Errc::Forbidden,
                  directory_.path() + ": may be written by everybody");
  }

  void refusesTextFile() {
    write("storage-bad.so", "#!/bin/sh\necho no library\n");
    assertRefused(directory_ / "storage-bad.so", sdk::Errc::Corrupt,
                  "storage-bad.so: not a shared library (no ELF header)");
  }

  void refusesEmptyFile() {
    write("storage-bad.so", "");
    assertRefused(directory_ / "storage-bad.so", sdk::Errc::Corrupt, "not a shared library");
  }

  void refusesDirectoryCalledLikeAPlugin() {
    fs::create_directory(directory_ / "storage-bad.so");
    assertRefused(directory_ / "storage-bad.so", sdk::Errc::Corrupt, "not a regular file");
  }

  void refusesLibraryOfAnotherMachine() {
    std::string bytes = read(badPlugin("good"));
    bytes[18] = 8;  // e_machine: MIPS
    bytes[19] = 0;
    write("storage-bad.so", bytes);
    assertRefused(directory_ / "storage-bad.so", sdk::Errc::Corrupt, "built for another machine");
  }

  void refusesProgramsAndObjectFiles() {
    std::string bytes = read(badPlugin("good"));
    bytes[16] = 1;  // e_type: relocatable
    write("storage-bad.so", bytes);
    assertRefused(directory_ / "storage-bad.so", sdk::Errc::Corrupt,
                  "not a shared library (an ELF file of another type)");
  }

  void refusesEveryTruncation() {
    const std::string whole = read(badPlugin("good"));
    const std::string path = directory_ / "storage-bad.so";
    LARDER_ASSERT_OK(larder::plugin::exportedSymbols(badPlugin("good")));
    for (std::size_t size = 4; size < whole.size(); size += size < 8192 ? 37 : 4099) {
      write("storage-bad.so", whole.substr(0, size));
      const auto symbols = larder::plugin::exportedSymbols(path);
      CPPUNIT_ASSERT_MESSAGE(std::to_string(size), symbols.is(sdk::Errc::Corrupt));
      LARDER_ASSERT_CONTAINS("cut short", symbols.error().message());
    }
    write("storage-bad.so", whole.substr(0, 3000));
    assertRefused(path, sdk::Errc::Corrupt, "cut short");
  }

  void refusesLibraryWithoutTheSymbol() {
    assertRefused(badPlugin("no_symbol"), sdk::Errc::Unsupported,
                  "not a larder plugin (no larder_plugin symbol)");
  }
  void refusesASecondExport() {
    assertRefused(badPlugin("extra_symbol"), sdk::Errc::Unsupported,
                  "exports 2 symbols, wanted only larder_plugin; also found larder_extra; link it "
                  "with the SDK's plugin.map");
  }
  void refusesWeakAndUniqueExports() {
    assertRefused(badPlugin("leaky"), sdk::Errc::Unsupported,
                  "symbols, wanted only larder_plugin; also found ");
  }
  void refusesFunctionOfThatName() {
    assertRefused(badPlugin("function_symbol"), sdk::Errc::Unsupported,
                  "larder_plugin is not constant data");
  }
  void refusesSymbolTooSmallForAHeader() {
    assertRefused(badPlugin("tiny_symbol"), sdk::Errc::Unsupported,
                  "larder_plugin has 8 bytes, wanted at least 56");
  }
  void refusesUndefinedSymbolsWithTheLinkersWords() {
    const std::string path = fs::canonical(badPlugin("undefined_symbol")).string();
    assertRefused(path, sdk::Errc::Unsupported,
                  path + ": cannot be loaded: " + path + ": undefined symbol: nobody_defines_this");
  }
  void refusesWrongMagic() {
    assertRefused(badPlugin("wrong_magic"), sdk::Errc::Unsupported,
                  "not a larder plugin (larder_plugin does not start with the magic bytes)");
  }
  void refusesShortHeader() {
    assertRefused(badPlugin("small_header"), sdk::Errc::Unsupported,
                  "its header has 40 bytes, wanted 56");
  }
  void refusesNewerMajor() {
    assertRefused(badPlugin("newer_major"), sdk::Errc::Unsupported,
                  "built for SDK 2.0, this host has SDK 1.0");
  }
  void refusesNewerMinor() {
    assertRefused(badPlugin("newer_minor"), sdk::Errc::Unsupported,
                  "built for SDK 1.1, this host has SDK 1.0");
  }
  void refusesOtherToolchainNamingBoth() {
    assertRefused(
        badPlugin("other_toolchain"), sdk::Errc::Unsupported,
        "toolchain is itanium;libstdc++-99;cxx11=1;stldebug=1;ptr=8, wanted " LARDER_SDK_TOOLCHAIN);
  }
  void refusesOtherKind() {
    assertRefused(badPlugin("other_kind"), sdk::Errc::Unsupported, "kind is cache, wanted storage");
  }
  void refusesOtherName() {
    assertRefused(badPlugin("other_name"), sdk::Errc::Unsupported, "name is worse, wanted bad");
  }
  void refusesMissingStrings() {
    assertRefused(badPlugin("null_strings"), sdk::Errc::Unsupported,
                  "toolchain is missing, wanted " LARDER_SDK_TOOLCHAIN
                  "; version is missing; summary is missing");
  }
  void saysAllMismatchesAtOnce() {
    assertRefused(
        badPlugin("many_mismatches"), sdk::Errc::Unsupported,
        "built for SDK 9.0, this host has SDK 1.0; toolchain is odd, wanted " LARDER_SDK_TOOLCHAIN
        "; name is worse, wanted bad");
  }
  void refusesNullCreate() {
    assertRefused(badPlugin("null_create"), sdk::Errc::Unsupported, "its create function is null");
  }
  void refusesNullSettings() {
    assertRefused(badPlugin("null_settings"), sdk::Errc::Unsupported,
                  "declares 3 settings but lists none");
  }
  void refusesNamelessSetting() {
    assertRefused(badPlugin("nameless_setting"), sdk::Errc::Unsupported,
                  "declares a setting without name or help");
  }

  void refusedTwiceForTheSameReason() {
    for (int i = 0; i < 2; ++i) {
      assertRefused(badPlugin("newer_major"), sdk::Errc::Unsupported, "built for SDK 2.0");
    }
  }

  void surveyTellsWhatIsThereAndWhyNot() {
    write("storage-text.so", "no library");
    write("README", "not looked at");
    Loader loader({good_, directory_.path(), "/nonexistent", good_, directory_.path()}, logger_);
    const auto found = loader.survey();
    CPPUNIT_ASSERT_EQUAL(std::size_t{3}, found.size());
    CPPUNIT_ASSERT(found[0].plugin != nullptr);
    CPPUNIT_ASSERT_EQUAL(std::string("bad"), found[0].plugin->name);
    CPPUNIT_ASSERT(found[1].plugin == nullptr);
    LARDER_ASSERT_CONTAINS("not a shared library", found[1].refused);
    CPPUNIT_ASSERT_EQUAL(std::string("/nonexistent"), found[2].path);
    CPPUNIT_ASSERT_EQUAL(std::string("No such file or directory"), found[2].refused);
  }

 private:
  void assertRefused(const std::string& path, sdk::Errc code, const std::string& text) {
    Loader loader({}, logger_);
    const auto refused = loader.loadFile(path);
    CPPUNIT_ASSERT_MESSAGE("was loaded", !refused.ok());
    LARDER_ASSERT_CONTAINS(text, refused.error().message());
    CPPUNIT_ASSERT_EQUAL(static_cast<int>(code), static_cast<int>(refused.error().code()));
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, logger_.count("plugin.loaded"));
  }

  std::string copyOfGood(const std::string& name) {
    fs::copy_file(badPlugin("good"), directory_ / name);
    return directory_ / name;
  }
  void write(const std::string& name, const std::string& bytes) {
    std::ofstream(directory_ / name, std::ios::binary | std::ios::trunc) << bytes;
  }
  static std::string read(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  const std::string good_ = std::string(LARDER_BAD_PLUGINS) + "/good";
  TemporaryDirectory directory_;
  larder::test::FakeLogger logger_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(LoaderTest);

}  // namespace
