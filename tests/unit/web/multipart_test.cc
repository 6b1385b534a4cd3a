#include "core/web/multipart.h"

#include <array>
#include <string>

#include "core/content/spooled.h"
#include "core/web/form.h"
#include "tests/support/test.h"

namespace {

namespace sdk = larder::sdk;
namespace web = larder::web;
using larder::content::makeContent;

std::string slice(const std::string& body, const web::Part& part) {
  return body.substr(part.offset, part.size);
}

sdk::Result<std::vector<web::Part>> find(const std::string& body, std::size_t most = 10) {
  return web::findParts(*makeContent(body), "XX", most);
}

std::string fileBody(const std::string& content) {
  return "--XX\r\nContent-Disposition: form-data; name=\":action\"\r\n\r\nfile_upload\r\n"
         "--XX\r\nContent-Disposition: form-data; name=\"content\"; filename=\"a-1.tar.gz\"\r\n"
         "Content-Type: application/gzip\r\n\r\n" +
         content + "\r\n--XX--\r\n";
}

class MultipartTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(MultipartTest);
  CPPUNIT_TEST(fieldsAndFilesAreFound);
  CPPUNIT_TEST(contentMayHoldAlmostBoundaries);
  CPPUNIT_TEST(boundaryAcrossWindowsIsFound);
  CPPUNIT_TEST(emptyFileAndPreambleAndPadding);
  CPPUNIT_TEST(filenamesLoseTheirDirectories);
  CPPUNIT_TEST(malformedBodiesAreInvalid);
  CPPUNIT_TEST(tooManyPartsAndTooLongHeadersAreTooLarge);
  CPPUNIT_TEST(boundaryIsTakenFromTheContentType);
  CPPUNIT_TEST(formKeepsOrderAndRepeatedFields);
  CPPUNIT_TEST(formReadsUrlencodedAndJson);
  CPPUNIT_TEST(formRefusesWhatItCannotRead);
  CPPUNIT_TEST_SUITE_END();

 public:
  void fieldsAndFilesAreFound() {
    const std::string body = fileBody("bytes\r\n of it");
    const auto parts = find(body);
    LARDER_ASSERT_OK(parts);
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, parts->size());
    CPPUNIT_ASSERT_EQUAL(std::string(":action"), parts.value()[0].name);
    CPPUNIT_ASSERT(!parts.value()[0].filename);
    CPPUNIT_ASSERT_EQUAL(std::string("file_upload"), slice(body, parts.value()[0]));
    CPPUNIT_ASSERT_EQUAL(std::string("a-1.tar.gz"), *parts.value()[1].filename);
    CPPUNIT_ASSERT_EQUAL(std::string("application/gzip"), parts.value()[1].contentType);
    CPPUNIT_ASSERT_EQUAL(std::string("bytes\r\n of it"), slice(body, parts.value()[1]));
  }

  void contentMayHoldAlmostBoundaries() {
    const std::string content = "\r\n--X\r\n-XX\r\n--\r\n--xX";
    const std::string body = fileBody(content);
    const auto parts = find(body);
    LARDER_ASSERT_OK(parts);
    CPPUNIT_ASSERT_EQUAL(content, slice(body, parts.value()[1]));
  }

  void boundaryAcrossWindowsIsFound() {
    const std::size_t overhead = fileBody("").size() - std::string("\r\n--XX--\r\n").size();
    for (std::size_t shift = 0; shift < 12; ++shift) {
      const std::string content(256 * 1024 - overhead - 6 + shift, 'c');
      const std::string body = fileBody(content);
      const auto parts = find(body);
      LARDER_ASSERT_OK(parts);
      CPPUNIT_ASSERT_EQUAL(std::uint64_t{content.size()}, parts.value()[1].size);
    }
  }

  void emptyFileAndPreambleAndPadding() {
    const std::string body = "preamble\r\n" + fileBody("");
    const auto parts = find(body);
    LARDER_ASSERT_OK(parts);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, parts.value()[1].size);
    LARDER_ASSERT_OK(find("--XX  \t\r\nContent-Disposition: form-data; name=a\r\n\r\nb\r\n--XX--"));
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, find("--XX--").value().size());
  }

  void filenamesLoseTheirDirectories() {
    const auto name = [](const std::string& filename) {
      const auto parts = find("--XX\r\nContent-Disposition: form-data; name=\"c\"; " + filename +
                              "\r\n\r\nx\r\n--XX--\r\n");
      LARDER_ASSERT_OK(parts);
      return parts.value()[0].filename.value_or("(none)");
    };
    CPPUNIT_ASSERT_EQUAL(std::string("x.whl"), name("filename=\"../../x.whl\""));
    CPPUNIT_ASSERT_EQUAL(std::string("x.whl"), name("filename=\"C:\\tmp\\x.whl\""));
    CPPUNIT_ASSERT_EQUAL(std::string("a\"b"), name("filename=\"a\\\"b\""));
    CPPUNIT_ASSERT_EQUAL(std::string("bare.whl"), name("filename=bare.whl"));
    CPPUNIT_ASSERT_EQUAL(std::string("n\xc3\xa9.whl"),
                         name("filename=\"n.whl\"; filename*=UTF-8''n%C3%A9.whl"));
  }

  void malformedBodiesAreInvalid() {
    const std::string whole = fileBody("content");
    for (std::size_t cut = 0; cut + 4 < whole.size(); cut += 3) {
      CPPUNIT_ASSERT_MESSAGE(whole.substr(0, cut),
                             find(whole.substr(0, cut)).is(sdk::Errc::Invalid));
    }
    const auto header = [](const std::string& lines) {
      return "--XX\r\n" + lines + "\r\n\r\nx\r\n--XX--\r\n";
    };
    for (const char* lines :
         {"Content-Type: a", "Content-Disposition: form-data",
          "Content-Disposition: attachment; name=a", "Content-Disposition: form-data; name=\"a",
          "no colon", "Content-Disposition: form-data; name=a; name=b",
          "Content-Disposition: form-data; name=a\r\nContent-Disposition: form-data; name=b",
          "Content-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: base64",
          "Content-Disposition: form-data; name=\"\xff\""}) {
      CPPUNIT_ASSERT_MESSAGE(lines, find(header(lines)).is(sdk::Errc::Invalid));
    }
    CPPUNIT_ASSERT(find("--XXtail\r\n\r\nx\r\n--XX--").is(sdk::Errc::Invalid));
  }

  void tooManyPartsAndTooLongHeadersAreTooLarge() {
    CPPUNIT_ASSERT(find(fileBody("x"), 1).is(sdk::Errc::TooLarge));
    CPPUNIT_ASSERT(find("--XX\r\nContent-Disposition: form-data; name=\"" + std::string(9000, 'n') +
                        "\"\r\n\r\nx\r\n--XX--")
                       .is(sdk::Errc::TooLarge));
  }

  void boundaryIsTakenFromTheContentType() {
    CPPUNIT_ASSERT_EQUAL(std::string("a b"),
                         *web::boundaryOf("multipart/form-data; charset=x; Boundary=\"a b\""));
    CPPUNIT_ASSERT_EQUAL(std::string("ab"), *web::boundaryOf("multipart/form-data;boundary=ab"));
    for (const char* bad : {"multipart/form-data", "multipart/form-data; boundary=",
                            "multipart/form-data; boundary=\"a", "multipart/form-data; x",
                            "multipart/form-data; boundary=a; boundary=b"}) {
      CPPUNIT_ASSERT_MESSAGE(bad, !web::boundaryOf(bad));
    }
    CPPUNIT_ASSERT(!web::boundaryOf("multipart/form-data; boundary=" + std::string(71, 'b')));
  }

  void formKeepsOrderAndRepeatedFields() {
    const std::string part = "--XX\r\nContent-Disposition: form-data; name=\"classifiers\"\r\n\r\n";
    const std::string body = part + "one\r\n" + part + "two\r\n--XX--\r\n";
    const auto form =
        web::parseForm("multipart/form-data; boundary=XX", std::shared_ptr(makeContent(body)));
    LARDER_ASSERT_OK(form);
    CPPUNIT_ASSERT_EQUAL(std::string("one"), form->fields[0].second);
    CPPUNIT_ASSERT(form->field("classifiers") == "two");
    CPPUNIT_ASSERT(!form->field("absent"));
  }

  void formReadsUrlencodedAndJson() {
    const auto parse = [](const char* type, const char* text) {
      auto form = web::parseForm(type, std::shared_ptr(makeContent(text)));
      LARDER_ASSERT_OK(form);
      return std::move(*form);
    };
    const auto encoded =
        parse("application/x-www-form-urlencoded; charset=utf-8", "a=1+2%2B&b=&&c");
    CPPUNIT_ASSERT(encoded.field("a") == "1 2+" && encoded.field("b") == "" &&
                   encoded.field("c") == "");
    const auto json = parse("Application/JSON", "{\"a\": true, \"b\": [1, \"x\"], \"c\": null}");
    CPPUNIT_ASSERT(json.field("a") == "true" && json.field("b") == "x" && json.field("c") == "");
    CPPUNIT_ASSERT(parse("", "").fields.empty());
  }

  void formRefusesWhatItCannotRead() {
    const auto refuses = [](const char* type, const std::string& text) {
      const auto form = web::parseForm(type, std::shared_ptr(makeContent(text)));
      CPPUNIT_ASSERT_MESSAGE(text.substr(0, 60), form.is(sdk::Errc::Invalid));
    };
    refuses("text/plain", "a=1");
    refuses("", "a=1");
    refuses("multipart/form-data", "--XX--");
    refuses("application/x-www-form-urlencoded", "a=%zz");
    refuses("application/x-www-form-urlencoded", "a=%00");
    refuses("application/json", "[1]");
    refuses("application/json", "{\"a\": {}}");
    refuses("application/json", "{\"a\": [[1]]}");
    refuses("application/json", "{\"a\": \"\xff\"}");
    refuses("application/json", std::string(200000, '['));
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(MultipartTest);

}  // namespace
