#include "core/config/document.h"

#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/config/support.h"

namespace {

namespace config = larder::config;
using config::Node;
using larder::test::ConfigFile;

class DocumentTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(DocumentTest);
  CPPUNIT_TEST(valuesAndKeysHaveTheirPlaces);
  CPPUNIT_TEST(textsStayAsTheyAreWritten);
  CPPUNIT_TEST(aliasesStandForTheirValue);
  CPPUNIT_TEST(duplicateKeysAreAProblem);
  CPPUNIT_TEST(mergeKeysAreAProblem);
  CPPUNIT_TEST(tagsAreAProblem);
  CPPUNIT_TEST(aliasesThatMultiplyAreStopped);
  CPPUNIT_TEST(anAliasInsideItsAnchorIsStopped);
  CPPUNIT_TEST(deepNestingIsStopped);
  CPPUNIT_TEST(keysMustBeTexts);
  CPPUNIT_TEST(aSecondDocumentIsAProblem);
  CPPUNIT_TEST(brokenSyntaxHasAPlaceAndAdvice);
  CPPUNIT_TEST(quotesThatAreNeverClosedHaveAPlace);
  CPPUNIT_TEST(unsetVariablesHaveAPlaceAndAPath);
  CPPUNIT_TEST(bytesThatAreNoTextAreRefused);
  CPPUNIT_TEST(emptyFilesAndOtherShapesAreRefused);
  CPPUNIT_TEST(unreadableFilesAreRefused);
  CPPUNIT_TEST(manyKeysAreRead);
  CPPUNIT_TEST_SUITE_END();

  config::Problems problems_;

  config::NodePtr parse(const std::string& text) {
    return config::parseDocument("f", text, config::processEnvironment, problems_);
  }

  std::string problemsOf(const std::string& text) {
    problems_ = {};
    parse(text);
    std::string all;
    for (const std::string& line : problems_.lines()) all += line + '\n';
    return all;
  }

  static void assertAt(int line, int column, const config::Position& where) {
    CPPUNIT_ASSERT_EQUAL(line, where.line);
    CPPUNIT_ASSERT_EQUAL(column, where.column);
  }

 public:
  void valuesAndKeysHaveTheirPlaces() {
    const auto root = parse("a: 1\nb:\n  c: [x, y]\n  d: { e: \"z\" }\n");
    CPPUNIT_ASSERT(root && problems_.empty());
    assertAt(1, 1, root->find("a")->where);
    assertAt(1, 4, root->find("a")->value->where);
    const Node& b = *root->find("b")->value;
    assertAt(3, 3, b.where);
    assertAt(3, 10, b.find("c")->value->items[1]->where);
    assertAt(4, 8, b.find("d")->value->find("e")->where);
    CPPUNIT_ASSERT_EQUAL(std::string("f"), b.where.file);
    CPPUNIT_ASSERT(root->find("c") == nullptr);
  }

  void textsStayAsTheyAreWritten() {
    const auto root = parse("a: 1.10\nb: 010\nc: yes\nd: 'x''y'\ne: ~\nf: \"null\"\ng: !!str 5\n");
    CPPUNIT_ASSERT(root && problems_.empty());
    CPPUNIT_ASSERT_EQUAL(std::string("1.10"), root->find("a")->value->text);
    CPPUNIT_ASSERT_EQUAL(std::string("010"), root->find("b")->value->text);
    CPPUNIT_ASSERT_EQUAL(std::string("yes"), root->find("c")->value->text);
    CPPUNIT_ASSERT_EQUAL(std::string("x'y"), root->find("d")->value->text);
    CPPUNIT_ASSERT(root->find("e")->value->kind == Node::Kind::Null);
    CPPUNIT_ASSERT_EQUAL(std::string("null"), root->find("f")->value->text);
    CPPUNIT_ASSERT_EQUAL(std::string("5"), root->find("g")->value->text);
  }

  void aliasesStandForTheirValue() {
    const auto root = parse("a: &x { b: 1 }\nc: *x\nd: [&y z, *y]\n");
    CPPUNIT_ASSERT(root && problems_.empty());
    CPPUNIT_ASSERT_EQUAL(std::string("1"), root->find("c")->value->find("b")->value->text);
    CPPUNIT_ASSERT_EQUAL(std::string("z"), root->find("d")->value->items[1]->text);
  }

  void duplicateKeysAreAProblem() {
    CPPUNIT_ASSERT_EQUAL(
        std::string("f:3:3: a.b: written twice, first in line 2; remove one of them\n"
                    "f:4:15: a.c[0].d: written twice, first in line 4; remove one of them\n"),
        problemsOf("a:\n  b: 1\n  b: 2\n  c: [{ d: 1, d: 2 }]\n"));
    problems_ = {};
    const auto root = parse("a: 1\na: { b: 2 }\n");
    CPPUNIT_ASSERT_EQUAL(std::string("1"), root->find("a")->value->text);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, root->entries.size());
  }

  void mergeKeysAreAProblem() {
    const std::string found = problemsOf("a: &x { b: 1 }\nc: { <<: *x, d: 2 }\n");
    CPPUNIT_ASSERT(found.starts_with("f:2:6: c.<<: merge keys are not understood"));
  }

  void tagsAreAProblem() {
    CPPUNIT_ASSERT_EQUAL(
        std::string("f:1:4: a: the tag \"!secret\" has no meaning here; remove it\n"
                    "f:2:4: b: the tag \"tag:yaml.org,2002:int\" has no meaning here; remove it\n"),
        problemsOf("a: !secret x\nb: !!int 5\n"));
  }

  void aliasesThatMultiplyAreStopped() {
    std::string bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n";
    for (char c = 'b'; c <= 'j'; ++c) {
      const std::string before = std::string("*") + static_cast<char>(c - 1);
      bomb += std::string(1, c) + ": &" + c + " [";
      for (int i = 0; i < 10; ++i) bomb += before + " , ";
      bomb += "]\n";
    }
    CPPUNIT_ASSERT(problemsOf(bomb).find("once aliases are unfolded") != std::string::npos);
    CPPUNIT_ASSERT(!parse(bomb));
  }

  void anAliasInsideItsAnchorIsStopped() {
    CPPUNIT_ASSERT_EQUAL(std::string("f:1:11: a.b: an alias can't stand inside what it names\n"),
                         problemsOf("a: &x {b: *x }\n"));
  }

  void deepNestingIsStopped() {
    CPPUNIT_ASSERT(problemsOf("a: " + std::string(200, '[') + std::string(200, ']'))
                       .find("nested more than 64 deep") != std::string::npos);
    CPPUNIT_ASSERT(!problemsOf(std::string(100'000, '[')).empty());
    CPPUNIT_ASSERT(!problemsOf(std::string(100'000, '{')).empty());
  }

  void keysMustBeTexts() {
    CPPUNIT_ASSERT(problemsOf("? [a]\n: b\n").find("a key must be a plain text") !=
                   std::string::npos);
    CPPUNIT_ASSERT(problemsOf("a: &x b\n*x : c\n").find("alias can't be a key") !=
                   std::string::npos);
    CPPUNIT_ASSERT(problemsOf("{: b}\n").find("a key is missing") != std::string::npos);
  }

  void aSecondDocumentIsAProblem() {
    CPPUNIT_ASSERT_EQUAL(
        std::string("f:2:1: a second YAML document starts here; keep one document in the file\n"),
        problemsOf("a: 1\n---\nb: 2\n"));
    CPPUNIT_ASSERT_EQUAL(std::string(), problemsOf("---\na: 1\n...\n"));
  }

  void brokenSyntaxHasAPlaceAndAdvice() {
    const std::pair<const char*, const char*> kCases[] = {
        {"a:\n\tb: 1\n", "indent with spaces"},
        {"a: { b: 1\nc: 2\n", "close the {"},
        {"a: [1, 2\nb: 3\n", "close the ["},
        {"a: 'x", "close the quotes"},
        {"a: \"\\q\"\n", "backslash"},
        {"a: b: c\n", "quotes"},
        {"a: @x\n", "quotes"},
        {"a: *unknown\n", "starts with *"},
    };
    for (const auto& [text, advice] : kCases) {
      const std::string found = problemsOf(text);
      CPPUNIT_ASSERT_MESSAGE(found, found.find("is not YAML: ") != std::string::npos);
      CPPUNIT_ASSERT_MESSAGE(found, found.find(advice) != std::string::npos);
      CPPUNIT_ASSERT_MESSAGE(found, found.starts_with("f:1:") || found.starts_with("f:2:"));
    }
  }

  void quotesThatAreNeverClosedHaveAPlace() {
    CPPUNIT_ASSERT_EQUAL(
        std::string("f:2:4: b: the quote that starts here is never closed; close it\n"),
        problemsOf("\"\xc3\xbc\\\"'\": 'it''s'\nb: \"x\nc: 1\n"));
    CPPUNIT_ASSERT_EQUAL(
        std::string("f:1:4: a: the quote that starts here is never closed; close it\n"),
        problemsOf("a: 'x''\nc: 1\n"));
  }

  void unsetVariablesHaveAPlaceAndAPath() {
    CPPUNIT_ASSERT_EQUAL(
        std::string("f:1:12: a[1].b: environment variable LARDER_UNSET is not set; set it or write "
                    "${LARDER_UNSET:-default}\n"),
        problemsOf("a: [x, {b: \"${LARDER_UNSET}\"}]\n"));
  }

  void bytesThatAreNoTextAreRefused() {
    CPPUNIT_ASSERT(problemsOf(std::string("a: 1\nb\0: 2\n", 11)).starts_with("f:2:2: a NUL byte"));
    CPPUNIT_ASSERT(problemsOf("a: 1\nb: gr\xfc\n").starts_with("f:2:6: not UTF-8"));
  }

  void emptyFilesAndOtherShapesAreRefused() {
    for (const char* empty : {"", "\n\n", "# only a comment\n", "---\n", "~\n"}) {
      CPPUNIT_ASSERT_EQUAL_MESSAGE(empty, std::string("f: is empty; start from etc/minimal.yaml\n"),
                                   problemsOf(empty));
    }
    CPPUNIT_ASSERT(problemsOf("- a\n").find("must be a map") != std::string::npos);
    CPPUNIT_ASSERT(problemsOf("just words\n").find("found a text") != std::string::npos);
  }

  void unreadableFilesAreRefused() {
    const larder::test::TemporaryDirectory directory;
    const auto refused = [&](const std::string& file, const std::string& why) {
      config::Problems problems;
      CPPUNIT_ASSERT(!config::readFile(file, problems));
      CPPUNIT_ASSERT_EQUAL(std::size_t{1}, problems.lines().size());
      CPPUNIT_ASSERT_MESSAGE(problems.lines()[0], problems.lines()[0].starts_with(file + ": "));
      CPPUNIT_ASSERT_MESSAGE(problems.lines()[0],
                             problems.lines()[0].find(why) != std::string::npos);
    };
    refused(directory / "none.yaml", "No such file");
    refused(directory.path(), "is a directory");
    const ConfigFile large(std::string((1 << 20) + 1, '#'));
    refused(large.path(), "larger than 1 MiB");
    config::Problems none;
    CPPUNIT_ASSERT_EQUAL(std::string("a: 1\n"), *config::readFile(ConfigFile("\xef\xbb\xbf"
                                                                             "a: 1\n")
                                                                      .path(),
                                                                  none));
    const ConfigFile secret("a: 1\n");
    ::chmod(secret.path().c_str(), 0);
    if (::geteuid() != 0) refused(secret.path(), "Permission denied");
  }

  void manyKeysAreRead() {
    std::string text;
    for (int i = 0; i < 60'000; ++i) text += "k" + std::to_string(i) + ": 1\n";
    const auto root = parse(text);
    CPPUNIT_ASSERT(root && problems_.empty());
    CPPUNIT_ASSERT_EQUAL(std::size_t{60'000}, root->entries.size());
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(DocumentTest);

}  // namespace
