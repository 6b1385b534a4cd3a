#include "core_metadata.h"

#include <vector>

#include "header_fields.h"
#include "tests/support/test.h"

namespace {

using larder::pypi::CoreMetadata;
using larder::pypi::forEachField;
using larder::pypi::parseCoreMetadata;

using Texts = std::vector<std::string>;

CoreMetadata parsed(const std::string& document) {
  auto metadata = parseCoreMetadata(document);
  LARDER_ASSERT_OK(metadata);
  return *metadata;
}

/// The fields every document needs, and then some.
CoreMetadata with(const std::string& rest) {
  return parsed("Metadata-Version: 2.1\nName: foo\nVersion: 1.0\n" + rest);
}

void assertRefused(const std::string& document, const std::string& word) {
  const auto metadata = parseCoreMetadata(document);
  CPPUNIT_ASSERT_MESSAGE(document.substr(0, 200), metadata.is(larder::sdk::Errc::Invalid));
  CPPUNIT_ASSERT_MESSAGE(metadata.error().message(),
                         metadata.error().message().find(word) != std::string::npos);
}

class CoreMetadataTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(CoreMetadataTest);
  CPPUNIT_TEST(everyFieldIsRead);
  CPPUNIT_TEST(obsoleteFieldsAreRead);
  CPPUNIT_TEST(allMetadataVersionsAreRead);
  CPPUNIT_TEST(futureMetadataVersionsAreRefused);
  CPPUNIT_TEST(unknownMeansAbsent);
  CPPUNIT_TEST(foldedValuesAreUnfolded);
  CPPUNIT_TEST(descriptionsLoseTheIndentOfOldTools);
  CPPUNIT_TEST(bodyIsTheDescription);
  CPPUNIT_TEST(anyLineEndIsOne);
  CPPUNIT_TEST(fieldsEndWherePythonSaysSo);
  CPPUNIT_TEST(latinOneIsUnderstood);
  CPPUNIT_TEST(controlCharactersDoNotPass);
  CPPUNIT_TEST(nameAndVersionAreRequired);
  CPPUNIT_TEST(contradictionsAreRefused);
  CPPUNIT_TEST(lengthIsBounded);
  CPPUNIT_TEST_SUITE_END();

 public:
  void everyFieldIsRead() {
    const CoreMetadata m = parsed(
        "Metadata-Version: 2.5\nName: Foo.Bar\nVersion: 1.0rc1\nSummary: A thing: of sorts\n"
        "Description-Content-Type: text/markdown; charset=UTF-8\nKeywords: a,b\nHome-page: "
        "https://h\n"
        "Download-URL: https://d\nAuthor: Ann\nAuthor-email: Ann <ann@example.org>\nMaintainer: "
        "Mo\n"
        "Maintainer-email: mo@example.org\nLicense: MIT\nLicense-Expression: MIT OR Apache-2.0\n"
        "Requires-Python: >=3.8, !=3.9.*\nPlatform: any\nPlatform: linux\nSupported-Platform: "
        "Debian\n"
        "Classifier: Programming Language :: Python\nclassifier: Topic :: Internet\n"
        "License-File: LICENSE\nLicense-File: NOTICE\nDynamic: version\n"
        "REQUIRES-DIST: bar>=1; extra == 'x'\nRequires-Dist: baz\nProvides-Dist: "
        "old\nObsoletes-Dist: older\n"
        "Requires-External: libfoo\nProvides-Extra: x\nProject-URL: Source, https://s/?a,b\n"
        "Project-URL: https://only\nImport-Name: foo\nImport-Namespace: ns\nX-Whatever: passed "
        "over\n"
        "\n# Foo\n\nText.\n");
    CPPUNIT_ASSERT_EQUAL(std::string("2.5"), m.metadataVersion);
    CPPUNIT_ASSERT_EQUAL(std::string("Foo.Bar"), m.name);
    CPPUNIT_ASSERT_EQUAL(std::string("1.0rc1"), m.version);
    CPPUNIT_ASSERT_EQUAL(std::string("A thing: of sorts"), m.summary);
    CPPUNIT_ASSERT_EQUAL(std::string("text/markdown; charset=UTF-8"), m.descriptionContentType);
    CPPUNIT_ASSERT_EQUAL(std::string("# Foo\n\nText.\n"), m.description);
    CPPUNIT_ASSERT_EQUAL(std::string("a,b"), m.keywords);
    CPPUNIT_ASSERT_EQUAL(std::string("https://h"), m.homePage);
    CPPUNIT_ASSERT_EQUAL(std::string("https://d"), m.downloadUrl);
    CPPUNIT_ASSERT_EQUAL(std::string("Ann"), m.author);
    CPPUNIT_ASSERT_EQUAL(std::string("Ann <ann@example.org>"), m.authorEmail);
    CPPUNIT_ASSERT_EQUAL(std::string("Mo"), m.maintainer);
    CPPUNIT_ASSERT_EQUAL(std::string("mo@example.org"), m.maintainerEmail);
    CPPUNIT_ASSERT_EQUAL(std::string("MIT"), m.license);
    CPPUNIT_ASSERT_EQUAL(std::string("MIT OR Apache-2.0"), m.licenseExpression);
    CPPUNIT_ASSERT_EQUAL(std::string(">=3.8, !=3.9.*"), m.requiresPython);
    CPPUNIT_ASSERT((Texts{"any", "linux"}) == m.platforms);
    CPPUNIT_ASSERT((Texts{"Debian"}) == m.supportedPlatforms);
    CPPUNIT_ASSERT((Texts{"Programming Language :: Python", "Topic :: Internet"}) == m.classifiers);
    CPPUNIT_ASSERT((Texts{"LICENSE", "NOTICE"}) == m.licenseFiles);
    CPPUNIT_ASSERT((Texts{"version"}) == m.dynamic);
    CPPUNIT_ASSERT((Texts{"bar>=1; extra == 'x'", "baz"}) == m.requiresDist);
    CPPUNIT_ASSERT((Texts{"old"}) == m.providesDist && (Texts{"older"}) == m.obsoletesDist);
    CPPUNIT_ASSERT((Texts{"libfoo"}) == m.requiresExternal && (Texts{"x"}) == m.providesExtra);
    CPPUNIT_ASSERT((Texts{"foo"}) == m.importNames && (Texts{"ns"}) == m.importNamespaces);
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, m.projectUrls.size());
    CPPUNIT_ASSERT(m.projectUrls[0] ==
                   std::pair(std::string("Source"), std::string("https://s/?a,b")));
    CPPUNIT_ASSERT(m.projectUrls[1] == std::pair(std::string(), std::string("https://only")));
  }

  void obsoleteFieldsAreRead() {
    const CoreMetadata m = with("Requires: re (>1)\nProvides: foo\nObsoletes: fu\n");
    CPPUNIT_ASSERT((Texts{"re (>1)"}) == m.requires_ && (Texts{"foo"}) == m.provides);
    CPPUNIT_ASSERT((Texts{"fu"}) == m.obsoletes);
  }

  void allMetadataVersionsAreRead() {
    for (const char* version :
         {"1.0", "1.1", "1.2", "2.0", "2.1", "2.2", "2.3", "2.4", "2.5", "2.6", "2.99"}) {
      CPPUNIT_ASSERT_EQUAL(
          std::string(version),
          parsed("Metadata-Version: " + std::string(version) + "\nName: a\nVersion: 1\n")
              .metadataVersion);
    }
    CPPUNIT_ASSERT_EQUAL(std::string("1.0"), parsed("Name: a\nVersion: 1\n").metadataVersion);
    CPPUNIT_ASSERT(with("Import-Name:\n").importNames == Texts{""});
  }

  void futureMetadataVersionsAreRefused() {
    assertRefused("Metadata-Version: 3.0\nName: a\nVersion: 1\n", "'3.0'");
    assertRefused("Metadata-Version: 12.0\nName: a\nVersion: 1\n", "'12.0'");
    assertRefused("Metadata-Version: 0.9\nName: a\nVersion: 1\n", "'0.9'");
    for (const std::string text : {"x", "2", "2.", "2.x", "2.1.0", "02.1", "2,1", "v2.1"}) {
      assertRefused("Metadata-Version: " + text + "\nName: a\nVersion: 1\n", "'" + text + "'");
    }
  }

  void unknownMeansAbsent() {
    const CoreMetadata m = parsed(
        "Metadata-Version: 1.0\nName: UNKNOWN\nVersion: 0.0.0\nSummary: UNKNOWN\nHome-page:  "
        "UNKNOWN \n"
        "Platform: UNKNOWN\nLicense:\nKeywords:   \n\nUNKNOWN\n\n");
    CPPUNIT_ASSERT_EQUAL(std::string("UNKNOWN"), m.name);
    CPPUNIT_ASSERT(m.summary.empty() && m.homePage.empty() && m.license.empty() &&
                   m.keywords.empty());
    CPPUNIT_ASSERT(m.platforms.empty() && m.description.empty());
  }

  void foldedValuesAreUnfolded() {
    const CoreMetadata m = with(
        "Summary: one\n two\n\t three\nKeywords: a,\r\n        b\r\nRequires-Python: >=3.6,\n "
        "<4\n");
    CPPUNIT_ASSERT_EQUAL(std::string("one two three"), m.summary);
    CPPUNIT_ASSERT_EQUAL(std::string("a, b"), m.keywords);
    CPPUNIT_ASSERT_EQUAL(std::string(">=3.6, <4"), m.requiresPython);
  }

  void descriptionsLoseTheIndentOfOldTools() {
    CPPUNIT_ASSERT_EQUAL(
        std::string("Title\n=====\n\n  code\nend"),
        with("Description: Title\n        =====\n        \n          code\n        end\n")
            .description);
    CPPUNIT_ASSERT_EQUAL(std::string("Title\n=====\n  code"),
                         with("Description: Title\n       |=====\n       |  code\n").description);
    CPPUNIT_ASSERT_EQUAL(std::string("MIT\nNo warranty"),
                         with("License: MIT\n        No warranty\nAuthor: a\n").license);
  }

  void bodyIsTheDescription() {
    CPPUNIT_ASSERT_EQUAL(std::string("in the body\n"),
                         with("Description: above\n\nin the body\n").description);
    CPPUNIT_ASSERT_EQUAL(std::string("above"), with("Description: above\n\n \n\n").description);
    CPPUNIT_ASSERT_EQUAL(std::string("        code\nName: bar"),
                         with("\n        code\nName: bar").description);
  }

  void anyLineEndIsOne() {
    const CoreMetadata m =
        parsed("Name: foo\r\nVersion: 1.0\rSummary: s\r\n\r\none\r\ntwo\rthree\n");
    CPPUNIT_ASSERT_EQUAL(std::string("foo"), m.name);
    CPPUNIT_ASSERT_EQUAL(std::string("1.0"), m.version);
    CPPUNIT_ASSERT_EQUAL(std::string("s"), m.summary);
    CPPUNIT_ASSERT_EQUAL(std::string("one\ntwo\nthree\n"), m.description);
  }

  void fieldsEndWherePythonSaysSo() {
    Texts seen;
    const auto body =
        forEachField("From someone\n continued\n: nameless\nA:1\n  folded\nB :2\nC: 3\n",
                     [&](std::string_view name, std::string_view value) {
                       seen.push_back(std::string(name) + "=" + std::string(value));
                     });
    CPPUNIT_ASSERT((Texts{"A=1\n  folded"}) == seen);
    CPPUNIT_ASSERT_EQUAL(std::string("B :2\nC: 3\n"), std::string(body));
    // A licence pasted without indentation hides what follows from installers, so also from us.
    const CoreMetadata m = with("License: MIT\nCopyright (c) someone\nRequires-Python: >=3\n");
    CPPUNIT_ASSERT_EQUAL(std::string(), m.requiresPython);
    CPPUNIT_ASSERT_EQUAL(std::string("Copyright (c) someone\nRequires-Python: >=3\n"),
                         m.description);
    assertRefused("License: MIT\nCopyright (c) someone\nName: foo\nVersion: 1.0\n", "no Name");
    assertRefused("\xef\xbb\xbfName: foo\nVersion: 1.0\n", "no Name");
    assertRefused("\nName: foo\nVersion: 1.0\n", "no Name");
  }

  void latinOneIsUnderstood() {
    CPPUNIT_ASSERT_EQUAL(std::string("caf\xc3\xa9"), with("Author: caf\xc3\xa9\n").author);
    CPPUNIT_ASSERT_EQUAL(std::string("caf\xc3\xa9"), with("Author: caf\xe9\n").author);
    const CoreMetadata both = with("Author: caf\xe9\nMaintainer: caf\xc3\xa9\n\nna\xefve\n");
    CPPUNIT_ASSERT_EQUAL(std::string("caf\xc3\xa9"), both.maintainer);
    CPPUNIT_ASSERT_EQUAL(std::string("na\xc3\xafve\n"), both.description);
    for (const char* bad : {"\x80", "\xc0\xaf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                            "\xf8", "\xe2\x82"}) {
      CPPUNIT_ASSERT_MESSAGE("bad", !larder::pypi::isUtf8(bad));
    }
    for (const char* good : {"", "a", "\xc2\x80", "\xe0\xa0\x80", "\xed\x9f\xbf",
                             "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
      CPPUNIT_ASSERT_MESSAGE("good", larder::pypi::isUtf8(good));
    }
  }

  void controlCharactersDoNotPass() {
    const CoreMetadata m = with(
        "Summary: a\x01"
        "b\x1b[31m\x7f"
        "c\td\n\nx\x02y\x07\tz\n");
    CPPUNIT_ASSERT_EQUAL(std::string("a b [31m c\td"), m.summary);
    CPPUNIT_ASSERT_EQUAL(std::string("x y \tz\n"), m.description);
    assertRefused("Name: fo\x01o\nVersion: 1\n", "'fo o'");
    assertRefused(std::string("Name: foo\nVersion: 1\n\na\0b\n", 26), "NUL");
  }

  void nameAndVersionAreRequired() {
    assertRefused("", "no Name");
    assertRefused("Name: foo\n", "no Version");
    assertRefused("Name:\nVersion: 1.0\n", "no Name");
    assertRefused("Version: 1.0\n", "no Name");
    assertRefused("Name: foo bar\nVersion: 1.0\n", "'foo bar'");
    assertRefused("Name: ../etc\nVersion: 1.0\n", "'../etc'");
    assertRefused("Name: foo\nVersion: 1.0/../2\n", "'1.0/../2'");
    assertRefused("Name: foo\nVersion: 1.0 <script>\n", "no version");
    assertRefused("Name: " + std::string(5000, 'x') + "\nVersion: 1.0\n", "xxx…'");
    CPPUNIT_ASSERT_EQUAL(std::string("0.1.0-2-g185e630"),
                         parsed("Name: a\nVersion: 0.1.0-2-g185e630\n").version);
  }

  void contradictionsAreRefused() {
    assertRefused("Name: foo\nName: bar\nVersion: 1.0\n", "'foo' and 'bar'");
    assertRefused("Name: foo\nVersion: 1.0\nversion: 2.0\n", "'1.0' and '2.0'");
    assertRefused("Name: foo\nVersion: 1\nRequires-Python: >=3\nRequires-Python: >=2\n", "twice");
    // Saying the same again is harmless, and so is what nobody acts on.
    CPPUNIT_ASSERT_EQUAL(std::string("first"),
                         with("Name: foo\nSummary: first\nSummary: second\n").summary);
  }

  void lengthIsBounded() {
    const std::string head = "Name: foo\nVersion: 1.0\n\n";
    const std::size_t room = larder::pypi::kMaxMetadataBytes - head.size();
    CPPUNIT_ASSERT_EQUAL(room, parsed(head + std::string(room, 'x')).description.size());
    assertRefused(head + std::string(room + 1, 'x'), "at most");
    CPPUNIT_ASSERT_EQUAL(
        std::size_t{1000},
        with("Requires-Python: " + std::string(1000, '>') + "\n").requiresPython.size());
    assertRefused("Name: a\nVersion: 1\nRequires-Python: " + std::string(1001, '>'), "1001 bytes");
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(CoreMetadataTest);

}  // namespace
