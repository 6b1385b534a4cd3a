#include <nlohmann/json.hpp>

#include "index_client.h"
#include "make_archives.h"
#include "tests/support/test.h"

namespace {

using larder::pypi::test::Answer;
using larder::pypi::test::IndexClient;
using larder::pypi::test::makeSdist;
using larder::pypi::test::makeWheel;
using larder::pypi::test::metadataText;
namespace sdk = larder::sdk;

/// Ways into a project past its grants that earlier servers left open. In each the caller may do
/// everything except anything with "secretpkg", and knows its file names.
class HolesTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(HolesTest);
  CPPUNIT_TEST(otherSpellingsHaveTheSameRights);
  CPPUNIT_TEST(rightsAreNeverAskedForUnnormalisedNames);
  CPPUNIT_TEST(anotherProjectsAddressDoesNotReachTheFile);
  CPPUNIT_TEST(aFileNameCannotCarryAnUploadIntoAProject);
  CPPUNIT_TEST(noTextOfAFormBecomesAPath);
  CPPUNIT_TEST(aFileCannotBePublishedUnderAnotherProjectsName);
  CPPUNIT_TEST_SUITE_END();

  IndexClient index;
  std::vector<std::string> asked;

  void protect() {
    index.uploadWheel("secretpkg", "1.0");
    index.uploadWheel("flywheel", "1.0");
    index.gate = [this](sdk::Verb, std::string_view project) -> sdk::Result<void> {
      asked.emplace_back(project);
      if (project == "secretpkg") return sdk::Error(sdk::Errc::Forbidden, "It is secret");
      return {};
    };
  }

  static std::string secretWheel(const std::string& version = "9.0") {
    return makeWheel("secretpkg-" + version, metadataText("secretpkg", version));
  }

  void assertSecretUntouched() {
    index.gate = nullptr;
    const auto list = nlohmann::json::parse(index.get("/api/package/secretpkg/").body)["packages"];
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, list.size());
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{2}, index.journal().head());
  }

 public:
  // S1: rights under the spelling of the address, data under the normal form.
  void otherSpellingsHaveTheSameRights() {
    protect();
    for (const std::string name : {"secretpkg", "SecretPkg", "SECRETPKG"}) {
      const std::string wheel = "secretpkg-1.0-py3-none-any.whl";
      for (const auto& target :
           {"/simple/" + name + "/", "/pypi/" + name + "/json", "/pypi/" + name + "/1.0/json",
            "/api/package/" + name + "/", "/api/package/" + name + "/" + wheel,
            "/api/package/" + name + "/" + wheel + ".metadata"}) {
        CPPUNIT_ASSERT_EQUAL_MESSAGE(target, 403, index.get(target).status);
      }
      const std::string file = "/api/package/" + name + "/" + wheel;
      CPPUNIT_ASSERT_EQUAL(403, index.send({"DELETE", file}).status);
      CPPUNIT_ASSERT_EQUAL(403,
                           index.send({"POST", file, {}, {}, {{wheel, secretWheel()}}}).status);
      CPPUNIT_ASSERT_EQUAL(403, index.send({"PUT", "/api/package/" + name + "/1.0/yank"}).status);
      CPPUNIT_ASSERT_EQUAL(
          403, index.send({"PUT", "/api/package/" + name + "/status?status=archived"}).status);
    }
    assertSecretUntouched();
  }

  // S2: a grant written with another spelling never applies.
  void rightsAreNeverAskedForUnnormalisedNames() {
    index.uploadWheel("Zoo.Keeper", "1.0");
    protect();
    for (const char* target :
         {"/simple/Zoo_Keeper/", "/api/package/zoo.keeper/",
          "/api/package/ZOO-KEEPER/Zoo.Keeper-1.0-py3-none-any.whl", "/simple/", "/api/package/"}) {
      CPPUNIT_ASSERT_EQUAL_MESSAGE(target, 200, index.get(target).status);
    }
    index.uploadWheel("Zoo.Keeper", "2.0");
    for (const auto& project : asked) {
      CPPUNIT_ASSERT_MESSAGE(
          project, project == "zoo-keeper" || project == "secretpkg" || project == "flywheel");
    }
    CPPUNIT_ASSERT(!asked.empty());
  }

  // S3: a file looked up by its name alone, rights by the address's project.
  void anotherProjectsAddressDoesNotReachTheFile() {
    protect();
    const std::string wheel = "secretpkg-1.0-py3-none-any.whl";
    for (const auto& use : index.host.journal("projects").blobs()) {
      CPPUNIT_ASSERT_EQUAL(404, index.get("/files/flywheel/" + use.sha256 + "/" + wheel).status);
    }
    CPPUNIT_ASSERT_EQUAL(404, index.get("/api/package/flywheel/" + wheel).status);
    CPPUNIT_ASSERT_EQUAL(404, index.get("/api/package/flywheel/" + wheel + ".metadata").status);
    CPPUNIT_ASSERT_EQUAL(404, index.send({"DELETE", "/api/package/flywheel/" + wheel}).status);
    CPPUNIT_ASSERT_EQUAL(404, index.get("/api/package/flywheel/..%2Fsecretpkg%2F" + wheel).status);
    assertSecretUntouched();
  }

  // S4: the name in the file name or the metadata wins over the one whose rights were asked for.
  void aFileNameCannotCarryAnUploadIntoAProject() {
    protect();
    const std::string wheel = "secretpkg-9.0-py3-none-any.whl";
    CPPUNIT_ASSERT_EQUAL(403, index.upload(wheel, secretWheel()).status);
    CPPUNIT_ASSERT_EQUAL(403,
                         index
                             .upload("Secretpkg-9.0-py3-none-any.whl",
                                     makeWheel("Secretpkg-9.0", metadataText("Secretpkg", "9.0")))
                             .status);
    CPPUNIT_ASSERT_EQUAL(400, index.upload(wheel, secretWheel(), "flywheel", "9.0").status);
    for (const std::string& name :
         {wheel, std::string("x"), std::string("flywheel-9.0-py3-none-any.whl")}) {
      const auto answer =
          index.send({"POST", "/api/package/flywheel/" + name, {}, {}, {{wheel, secretWheel()}}});
      CPPUNIT_ASSERT_EQUAL_MESSAGE(name, 400, answer.status);
    }
    // The name of the project is only in PKG-INFO; the file name can be read as two others.
    const auto sdist = makeSdist("secretpkg-9.0", metadataText("secretpkg", "9.0"));
    CPPUNIT_ASSERT_EQUAL(400, index.upload("flywheel-9.0.tar.gz", sdist).status);
    CPPUNIT_ASSERT_EQUAL(400, index.upload("flywheel-9.0.tar.gz", sdist, "flywheel", "9.0").status);
    assertSecretUntouched();
  }

  // S5: "../" in a version or a name leaves the storage directory.
  void noTextOfAFormBecomesAPath() {
    protect();
    const auto bytes = makeSdist("tool-1.0", "");
    for (const std::string text : {"../../../x", "a/b", "..", "/etc", "1.0\n2", "1.0 2"}) {
      CPPUNIT_ASSERT_EQUAL_MESSAGE(text, 400,
                                   index.upload("tool-1.0.tar.gz", bytes, "tool", text).status);
      CPPUNIT_ASSERT_EQUAL(400, index.upload("tool-1.0.tar.gz", bytes, text, "1.0").status);
      const auto named = index.upload("tool-" + text + ".tar.gz", bytes, "tool");
      CPPUNIT_ASSERT_EQUAL_MESSAGE(text, 400, named.status);
    }
    const auto metadata = makeSdist("tool-1.0", metadataText("tool", "../1.0"));
    CPPUNIT_ASSERT_EQUAL(400, index.upload("tool-1.0.tar.gz", metadata, "tool").status);
    assertSecretUntouched();
  }

  // S6: a name that does not fit the file squats on another project's file names.
  void aFileCannotBePublishedUnderAnotherProjectsName() {
    protect();
    const auto bytes = makeWheel("flywheel-3.0", metadataText("flywheel", "3.0"));
    CPPUNIT_ASSERT_EQUAL(
        400, index.upload("secretpkg-3.0-py3-none-any.whl", bytes, "flywheel", "3.0").status);
    CPPUNIT_ASSERT_EQUAL(
        400, index.upload("secretpkg-3.0.tar.gz", makeSdist("secretpkg-3.0", ""), "flywheel", "3.0")
                 .status);
    CPPUNIT_ASSERT_EQUAL(
        400, index.upload("flywheel-3.0-py3-none-any.whl", bytes, "flywheel", "3.1").status);
    assertSecretUntouched();
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(HolesTest);

}  // namespace
